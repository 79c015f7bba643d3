/**
 * What every MP4 of the studio says about itself, so that machines can tell it is AI-generated.
 *
 * The term is IPTC's digital source type, the vocabulary that C2PA, the EU's transparency rules for AI and the platforms
 * use. A take is a real or drawn portrait with synthesised lip movement and speech, so it is
 * "compositeWithTrainedAlgorithmicMedia" (a composite with elements made by a trained model), not "trainedAlgorithmicMedia"
 * (everything made by one).
 */
export const DIGITAL_SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia';

export interface Marking {
  takeId: string;
  title?: string;
}

/** Keys of the MP4's metadata (QuickTime `mdta` keys, as ffprobe and mediainfo show them). */
export const MARKING_KEYS = { digitalSourceType: 'digital_source_type', aiGenerated: 'ai_generated', takeId: 'sima_take_id' } as const;

export function markingTags(marking: Marking): Record<string, string> {
  return {
    ...(marking.title === undefined ? {} : { title: marking.title }),
    software: 'Sima Studio',
    comment: `AI-generated video (${DIGITAL_SOURCE_TYPE}); Sima Studio take ${marking.takeId}`,
    description: 'AI-generated video: the speech and the movement of the mouth are synthetic.',
    [MARKING_KEYS.aiGenerated]: 'true',
    [MARKING_KEYS.digitalSourceType]: DIGITAL_SOURCE_TYPE,
    [MARKING_KEYS.takeId]: marking.takeId,
  };
}
