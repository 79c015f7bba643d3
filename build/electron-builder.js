/**
 * The installable app: Linux (AppImage, deb), Windows (nsis), macOS (dmg). `electron-builder --config build/electron-builder.js`, by `npm run dist`.
 *
 * Each package holds its own platform's binaries and no others; the lists of files below are checked by test/build/. `${platform}` and `${arch}`
 * are electron-builder's: the platform that it runs on, as Node names it, and the architecture that it builds for.
 *
 * What only Electron itself reads is in `app.asar`; what the engine process, its threads and native code open by name lies unpacked beside it,
 * where `src/engine/places.ts` finds it.
 */

/** Binaries of platforms, by packages that bring several along. Packages of one platform each are installed for one platform only. */
const OTHER_PLATFORMS = [
  '!node_modules/onnxruntime-node/bin/napi-v6/!(${platform}){,/**}',
  '!node_modules/onnxruntime-node/bin/napi-v6/${platform}/!(${arch}){,/**}',
  '!node_modules/better-sqlite3/prebuilds/!(${platform}-${arch}.node)',
  '!node_modules/@img/!(colour|sharp-${platform}-${arch}|sharp-libvips-${platform}-${arch}){,/**}',
  // Of the two for Windows, the MSVC one holds parts that may not be handed on; on the others the name ends with the architecture.
  '!node_modules/@seydx/!(node-av-${platform}-${arch}|node-av-${platform}-${arch}-mingw){,/**}',
  '!node_modules/@antoniomuso/!(lz4-napi-${platform}-${arch}*){,/**}',
  '!node_modules/@antoniomuso/*-musl{,/**}',
];
/** What packages bring for those who build them, or for uses that the studio has not. */
const NOT_NEEDED = [
  '!node_modules/better-sqlite3/{deps,src}{,/**}',
  '!node_modules/onnxruntime-node/lib/**/*.ts',
  '!node_modules/onnxruntime-node/{script,__commit.txt}{,/**}',
  '!node_modules/node-av/{install,binding}{,/**}',
  '!node_modules/{zod,mediabunny}/src{,/**}',
  '!node_modules/**/*.{map,d.ts,d.mts,d.cts}',
];
const CUDA_FILES = 'libonnxruntime_providers_{cuda,shared,tensorrt}.so';

/** @param {{ cuda: boolean }} flavour with the CUDA provider, which `npm run cuda` has fetched (Linux x64) */
export function configOf({ cuda }) {
  return {
    appId: 'studio.sima.app',
    productName: 'Sima Studio',
    copyright: 'GPL-3.0-or-later',
    directories: { output: 'dist', buildResources: 'build' },
    files: [
      'package.json', 'LICENSE', 'NOTICE', 'out/**', 'models/*.onnx', 'models/manifest.json', 'resources/**', '!resources/presenters/{draw,make.ts,tsconfig.json}{,/**}', 'node_modules/**',
      ...OTHER_PLATFORMS, ...NOT_NEEDED,
      ...(cuda ? [] : [`!node_modules/onnxruntime-node/bin/**/${CUDA_FILES}`]),
    ],
    asar: true,
    // The app's own main process and its page stay inside, where their integrity is checked.
    asarUnpack: ['package.json', 'out/main/engine/**', 'out/main/shared/**', 'models/**', 'resources/**', 'node_modules/**'],
    npmRebuild: false, // all native parts are N-API prebuilds
    electronFuses: {
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true, // where Electron can: macOS and Windows
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    },
    fileAssociations: [
      { ext: 'sima', name: 'Sima project', description: 'A project of Sima Studio', mimeType: 'application/x-sima-project', role: 'Editor' },
      { ext: 'simapack', name: 'Sima package', description: 'A project of Sima Studio with everything that it needs', mimeType: 'application/x-sima-package', role: 'Editor' },
    ],
    artifactName: `sima-studio-\${version}-\${os}-\${arch}${cuda ? '-cuda' : ''}.\${ext}`,
    linux: { target: ['AppImage', 'deb'], category: 'AudioVideo', icon: 'resources/icon.png', executableName: 'sima-studio', maintainer: 'Sima Studio <maintainers@sima.invalid>', synopsis: 'Talking-avatar videos in Persian and English, made on this machine', desktop: { entry: { StartupWMClass: 'sima-studio' } } },
    deb: { packageCategory: 'video', priority: 'optional' },
    win: { target: ['nsis'], icon: 'resources/icon.png' },
    nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true, deleteAppDataOnUninstall: false },
    mac: {
      target: ['dmg'], icon: 'resources/icon.png', category: 'public.app-category.video', hardenedRuntime: true, gatekeeperAssess: false, entitlements: 'build/entitlements.mac.plist', entitlementsInherit: 'build/entitlements.mac.plist',
      extendInfo: { NSCameraUsageDescription: 'To record a clip of a face that you register as an avatar.', NSMicrophoneUsageDescription: 'To record a voice that an avatar follows.' },
    },
    publish: null, // nothing is sent anywhere, and the app looks for no updates
  };
}

export default configOf({ cuda: false });
