import { expect, test } from 'vitest';
import { runFailure } from '../../../src/engine/onnx/nativeErrors.ts';

const NODE = 'Non-zero status code returned while running Conv node. Name:\'/face/Conv\' Status Message: ';

test.each([
  ['cuda', `${NODE}/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 939524096`],
  ['cuda', `${NODE}CUDA failure 2: out of memory ; GPU=0 ; hostname=pc ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_allocator.cc ; line=47 ; expr=cudaMalloc((void**)&p, size); `],
  ['cuda', `${NODE}BFCArena::AllocateRawInternal Available memory of 1048576 is smaller than requested bytes of 33554432`],
  ['cuda', `${NODE}CUDNN failure 4: CUDNN_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=pc ; expr=cudnnCreate(&handle);`],
  ['cuda', `${NODE}CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=pc ; expr=cublasCreate(&handle);`],
  ['dml', `${NODE}D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\dml\\BucketizedBufferAllocator.cpp(122)\\onnxruntime.dll!00007FFA: (caller: 00007FFA) Exception(1) tid(4790) 8007000E Not enough memory resources are available to complete this operation.`],
  ['webgpu', `${NODE}WebGPU device error(2): Out of memory`],
  ['webgpu', 'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY'],
  ['webgpu', 'Buffer size (5368709120) exceeds the max buffer size limit (4294967292).'],
  ['cpu', 'std::bad_alloc'],
  ['cpu', 'bad allocation'],
  ['cpu', 'Memory allocation failed. Size=1073741824'],
] as const)('%s without memory is a lack of capacity, which a smaller batch or the CPU can cure: %s', (device, message) => {
  const failure = runFailure('wav2lip_gan', device, new Error(message));
  expect(failure).toMatchObject({ code: 'capacity' });
  expect(failure.message).toMatch(new RegExp(`^The model “wav2lip_gan” failed on ${device}: .+`));
  expect(failure.message).not.toContain('\n');
});

test.each([
  ['cuda', 'CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=pc ; line=63 ; expr=cudaMemcpyAsync(dst_data, src_data, bytes, cudaMemcpyHostToDevice, stream); '],
  ['cuda', 'CUDA failure 719: unspecified launch failure ; GPU=0 ; hostname=pc ; expr=cudaStreamSynchronize(stream_); '],
  ['dml', 'onnxruntime.dll!00007FFA: Exception(2) tid(4790) 887A0005 The GPU device instance has been suspended. Use GetDeviceRemovedReason to determine the appropriate action.'],
  ['webgpu', 'vkQueueSubmit failed with VK_ERROR_DEVICE_LOST'],
] as const)('%s lost to this process asks for a restart: %s', (device, message) => {
  expect(runFailure('wav2lip', device, new Error(message))).toMatchObject({ code: 'device', details: { restart: true } });
});

test('other failures ask for neither: a device\'s own is the device\'s, the CPU\'s is a bug', () => {
  const wrong = new Error('Got invalid dimensions for input: mel for the following indices\n index: 3 Got: 8 Expected: 16');
  expect(runFailure('m', 'cuda', new Error('CUDA failure 98: invalid device function ; GPU=0'))).toMatchObject({ code: 'device', details: undefined });
  expect(runFailure('m', 'cuda', wrong)).toMatchObject({ code: 'device', details: undefined });
  expect(runFailure('m', 'cpu', wrong)).toMatchObject({ code: 'bug', message: 'The model “m” failed on cpu: Got invalid dimensions for input: mel for the following indices.' });
  // Nothing but CUDA's own words loses a device.
  expect(runFailure('m', 'cpu', new Error('CUDA failure 700: no'))).toMatchObject({ code: 'bug' });
});
