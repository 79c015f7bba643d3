/** The part of WebAssembly that the rig uses: Node has it, the ES lib does not declare it. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  /** A compiled module; opaque. */
  interface Module {
    readonly compiled?: never;
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  const Memory: new (limits: { initial: number }) => Memory;
  const Module: new (bytes: Uint8Array) => Module;
  const Instance: new (module: Module, imports: Record<string, Record<string, unknown>>) => Instance;
}
