import { describe, expect, it } from 'vitest';
import { idleTrack } from '../../../src/engine/avatar/idle.ts';
import { buildRig } from '../../../src/engine/avatar/rig/rig.ts';
import { RigComposer } from '../../../src/engine/avatar/rig/rigComposer.ts';
import { createI420 } from '../../../src/engine/media/i420.ts';
import { drawnFace, HEIGHT, WIDTH } from './drawnFace.ts';

const FPS = 25;
const FRAMES = 60 * FPS;

function blinkStarts(fps: number, frames: number, seed: number): number[] {
  const track = idleTrack(fps, seed);
  const starts: number[] = [];
  for (let i = 1; i < frames; i++) if (track.at(i, frames).blink > 0 && track.at(i - 1, frames).blink === 0) starts.push(i);
  return starts;
}

describe('idle track', () => {
  it('starts and ends at rest', () => {
    for (const seed of [1, 2, 3, -77]) {
      const track = idleTrack(FPS, seed);
      for (const i of [0, FRAMES - 1]) expect([track.at(i, FRAMES).blink, ...track.at(i, FRAMES).head].every((value) => value === 0)).toBe(true);
    }
  });

  it.each([25, 30, 24000 / 1001])('blinks every 2–6 s at %f fps, shut at least once, done within 0.3 s', (fps) => {
    const frames = Math.floor(120 * fps);
    const track = idleTrack(fps, 5);
    const starts = blinkStarts(fps, frames, 5);
    expect(starts.length).toBeGreaterThan(20);
    for (let i = 1; i < starts.length; i++) {
      const apartSec = (starts[i] - starts[i - 1]) / fps;
      expect(apartSec).toBeGreaterThan(1.9);
      expect(apartSec).toBeLessThan(6.1);
    }
    for (const start of starts) {
      const lids = Array.from({ length: Math.ceil(0.4 * fps) }, (_, i) => track.at(start + i, frames).blink);
      expect(Math.max(...lids)).toBe(1);
      expect(lids.filter((lid) => lid > 0).length / fps).toBeLessThan(0.3);
    }
  });

  it('moves the head smoothly and only a little', () => {
    const track = idleTrack(FPS, 9);
    let most = 0;
    for (let i = 1; i < FRAMES; i++) {
      const before = track.at(i - 1, FRAMES).head, now = track.at(i, FRAMES).head;
      for (let k = 0; k < now.length; k++) {
        most = Math.max(most, Math.abs(now[k]));
        expect(Math.abs(now[k] - before[k])).toBeLessThan(0.0025);
      }
    }
    expect(most).toBeGreaterThan(0.008);
    expect(most).toBeLessThan(0.03);
  });

  it('moves more while speaking, and ends on the picture all the same', () => {
    const track = idleTrack(FPS, 3);
    const speech = { act: 1, jaw: 0.4 };
    const travel = (of: typeof speech | undefined) => {
      let sum = 0;
      for (let i = 50; i < 1000; i++) track.at(i, FRAMES, of).head.forEach((value, k) => (sum += Math.abs(value - track.at(i - 1, FRAMES, of).head[k])));
      return sum;
    };
    expect(travel(speech)).toBeGreaterThan(1.3 * travel(undefined));
    const brows = Array.from({ length: 1000 }, (_, i) => track.at(i, FRAMES, speech).head[5]);
    expect(Math.max(...brows)).toBeGreaterThan(0.01);
    expect(brows.filter((rise) => rise === 0).length).toBeGreaterThan(400);
    for (const i of [0, FRAMES - 1]) expect([...track.at(i, FRAMES, speech).head].every((value) => value === 0)).toBe(true);
  });

  it('is a function of seed and frame alone', () => {
    const [a, b, other] = [idleTrack(FPS, 4), idleTrack(FPS, 4), idleTrack(FPS, 5)];
    expect(a.at(200, null)).toEqual(b.at(200, null));
    a.at(7, null);
    expect(a.at(300, null)).toEqual(b.at(300, null));
    expect(a.at(300, null)).not.toEqual(other.at(300, null));
    // The end matters only where it is near.
    expect(a.at(300, null)).toEqual(a.at(300, FRAMES));
  });
});

describe('idle motion on a picture', () => {
  const face = drawnFace();
  const composer = new RigComposer(face.plate, buildRig(face.plate, face.landmarks));
  const frameAt = (head: number[], blink = 0, pose: number[] | null = null) => {
    const out = createI420(WIDTH, HEIGHT);
    composer.draw(pose && Float32Array.from(pose), { blink, head: Float32Array.from(head) }, out);
    return out;
  };

  it('at zero is the picture byte for byte', () => {
    expect(Buffer.compare(frameAt([0, 0, 0, 0, 0, 0]).data, face.plate.data)).toBe(0);
  });

  it('moves the face and pins the border', () => {
    const moved = frameAt([0.02, 0.01, 0.02, 0.02, 0.01, 0.02]);
    let border = 0, inside = 0;
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        if (moved.data[y * WIDTH + x] === face.plate.data[y * WIDTH + x]) continue;
        if (x === 0 || y === 0 || x === WIDTH - 1 || y === HEIGHT - 1) border++;
        else inside++;
      }
    }
    expect(border).toBe(0);
    expect(inside).toBeGreaterThan(10_000);
  });

  it('meets the rig and the blink without a seam', () => {
    // A still mouth drawn by the rig and one drawn by the head's pass must agree: the head's motion is one field.
    const head = [0.012, 0.006, 0.015, 0.02, 0.01, 0.02];
    const byHead = frameAt(head), byRig = frameAt(head, 0.0001, [0, 1e-6, 0, 0, 0, 0, 0, 0]);
    let worst = 0;
    for (let i = 0; i < WIDTH * HEIGHT; i++) worst = Math.max(worst, Math.abs(byHead.data[i] - byRig.data[i]));
    expect(worst).toBeLessThanOrEqual(3);
  });
});
