/** A part of the contract by the first word of its methods' names, and what answers are made of. */
import type { StudioServerApi } from '../../../shared/contract.ts';
import type { Handlers } from '../../../shared/rpc.ts';
import type { TryDevice } from '../../doctor/tryDevice.ts';
import type { ModelFolders } from '../../onnx/manifest.ts';
import type { Changes } from '../changes.ts';
import type { Studio } from '../studio.ts';

type All = Handlers<StudioServerApi>;

/** The calls and streams named `Prefix.…`. */
export interface Area<Prefix extends string> {
  calls: Pick<All['calls'], Extract<keyof All['calls'], `${Prefix}.${string}`>>;
  streams: Pick<All['streams'], Extract<keyof All['streams'], `${Prefix}.${string}`>>;
}

export interface HandlerParts {
  studio: Omit<Studio, 'handlers'>;
  changes: Changes;
  folders: ModelFolders;
  home: string;
  /** How this host tries a device, for the doctor. */
  tryDevice: TryDevice;
}
