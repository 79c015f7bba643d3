/**
 * Everything that onnxruntime-node 1.30 takes, and nothing that it ignores. What it reads was looked up in the words of its binding
 * (each option it reads has its refusal there) and is tried by the tests with wrong values. It reads no other option of a CUDA
 * provider than the GPU's number: no memory limit, no arena strategy, no convolution search. Of a run's options it reads the log
 * level and a tag only: `memory.enable_memory_arena_shrinkage` never arrives, so an arena shrinks by starting the engine anew.
 */
import type { InferenceSession } from 'onnxruntime-node';
import { z } from 'zod';
import type { Device } from './devices.ts';
import type { ModelKind } from './manifest.ts';

/** Keys of onnxruntime's own configuration that change how a session runs; any other would be ignored in silence. All are in its library's words. */
export const EXTRA_KEYS = [
  'session.intra_op.spin_duration_us', 'session.intra_op.spin_backoff_max', 'session.intra_op_thread_affinities', 'session.force_spinning_stop',
  'session.dynamic_block_base', 'session.set_denormal_as_zero', 'session.disable_prepacking', 'session.use_device_allocator_for_initializers',
  'session.use_deterministic_compute', 'session.disable_cpu_ep_fallback', 'optimization.disable_specified_optimizers',
  'mlas.nchwc_pointwise_conv_max_input_channel_batch', 'mlas.disable_kleidiai',
] as const;

const cacheMode = z.enum(['disabled', 'lazyRelease', 'simple', 'bucket']).optional();

export const sessionSettings = z.strictObject({
  /** Which GPU, for CUDA and DirectML. */
  deviceId: z.int().min(0).max(63).default(0),
  /**
   * CPU threads inside one operation. null: all cores (at most 8) for Wav2Lip, one for the small models, whose runs take less than
   * waking threads. Full-size Wav2Lip on 2 cores: 118 ms a frame with one thread, 50 with two.
   */
  intraOpThreads: z.int().min(1).max(256).nullable().default(null),
  /** CPU threads for operations side by side; used in parallel mode only. */
  interOpThreads: z.int().min(1).max(256).default(1),
  /** `parallel` runs branches of a graph side by side: on the full-size graph slower, its two encoders are its only branches. DirectML takes sequential only. */
  executionMode: z.enum(['sequential', 'parallel']).default('sequential'),
  /** `all` also rewrites convolutions for the CPU's vector width: on the full-size graph about a tenth faster than `extended`, for 110 MB more. */
  graphOptimization: z.enum(['disabled', 'basic', 'extended', 'layout', 'all']).default('all'),
  /** Memory once taken is kept for the next run. Full-size Wav2Lip takes 40 to 90 MB less without it, and a run at most 5 % longer. */
  cpuMemoryArena: z.boolean().default(true),
  /** Plans a run's memory by its input's shape. DirectML does without. */
  memoryPattern: z.boolean().default(true),
  /**
   * Threads spin while they wait. No faster on idle cores, and slower where others work on them, as compositing and encoding do:
   * full-size Wav2Lip 160 to 200 ms a frame with it and 110 without, on 2 cores at a load of 8.
   */
  spinning: z.boolean().default(false),
  /** Configuration entries of onnxruntime as it names them; values are texts. */
  extra: z.partialRecord(z.enum(EXTRA_KEYS), z.string()).default({}),
  webgpu: z
    .strictObject({
      preferredLayout: z.enum(['NCHW', 'NHWC']).optional(),
      validationMode: z.enum(['disabled', 'wgpuOnly', 'basic', 'full']).optional(),
      enableRobustness: z.boolean().optional(),
      storageBufferCacheMode: cacheMode,
      uniformBufferCacheMode: cacheMode,
      queryResolveBufferCacheMode: cacheMode,
      defaultBufferCacheMode: cacheMode,
      /** Operations of the graph, by name, that run on the CPU. */
      forceCpuNodeNames: z.array(z.string()).optional(),
    })
    .default({}),
  /**
   * CoreML's flags added up: 1 CPU only, 2 on subgraphs, 4 only with a neural engine, 8 fixed shapes only, 16 as ML Program, 32 CPU
   * and GPU (coreml_provider_factory.h).
   */
  coreMlFlags: z.int().min(0).max(63).default(0),
});
export type SessionSettings = z.output<typeof sessionSettings>;

export const DEFAULT_SESSION_SETTINGS: SessionSettings = sessionSettings.parse({});

/** Cores beyond this gain nothing on a graph of Wav2Lip's size. */
const MOST_THREADS = 8;

/** CPU threads inside one run. */
export function threadsFor(kind: ModelKind, settings: SessionSettings, cores: number): number {
  return settings.intraOpThreads ?? (kind === 'wav2lip' ? Math.min(MOST_THREADS, cores) : 1);
}

/** The settings as onnxruntime-node takes them, for one device alone. */
export function sessionOptions(settings: SessionSettings, device: Device, threads: number): InferenceSession.SessionOptions {
  const spinning = settings.spinning ? '1' : '0';
  return {
    executionProviders: [provider(settings, device)],
    graphOptimizationLevel: settings.graphOptimization,
    executionMode: device === 'dml' ? 'sequential' : settings.executionMode,
    intraOpNumThreads: threads,
    interOpNumThreads: settings.interOpThreads,
    enableCpuMemArena: settings.cpuMemoryArena,
    enableMemPattern: device !== 'dml' && settings.memoryPattern,
    extra: { 'session.intra_op.allow_spinning': spinning, 'session.inter_op.allow_spinning': spinning, ...settings.extra },
  };
}

function provider(settings: SessionSettings, device: Device): InferenceSession.ExecutionProviderConfig {
  switch (device) {
    case 'cuda': case 'dml': return { name: device, deviceId: settings.deviceId };
    case 'coreml': return { name: 'coreml', coreMlFlags: settings.coreMlFlags };
    case 'webgpu': return { name: 'webgpu', ...settings.webgpu };
    case 'cpu': return { name: 'cpu' };
  }
}
