/**
 * Imported before onnxruntime-node by whoever leads to it: since 1.29 the library reports to its maker on Linux and macOS and
 * leaves an identifier on disk, unless this variable is set before it loads (microsoft/onnxruntime pull request 27379). Sima
 * makes no network call that its user did not ask for. Only the process's main thread can set the real environment, so
 * sessions.ts imports it before the session thread starts.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
