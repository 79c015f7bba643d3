/** Quality of takes and of other videos, measured on their frames. */
import { notBuilt, type Area, type HandlerParts } from './area.ts';

export function qaHandlers(_parts: HandlerParts): Area<'qa'> {
  return { calls: {}, streams: { 'qa.measure': notBuilt('qa.measure') } };
}
