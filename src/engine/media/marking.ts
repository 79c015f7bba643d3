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
const MARKING_KEYS = { digitalSourceType: 'digital_source_type', aiGenerated: 'ai_generated', takeId: 'sima_take_id' } as const;

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

/** The uuid by which readers find XMP in an MP4 (Adobe XMP specification, part 3). */
const XMP_UUID = Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex');
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The same mark once more as XMP: IPTC's own place for it, which photo and video archives read. null for tags without the mark. */
export function xmpPacket(tags: Record<string, string>): string | null {
  const sourceType = (tags as Partial<typeof tags>)[MARKING_KEYS.digitalSourceType];
  if (sourceType === undefined) return null;
  const takeId = tags[MARKING_KEYS.takeId] ?? '';
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 Iptc4xmpExt:DigitalSourceType="${escaped(sourceType)}" xmp:CreatorTool="Sima Studio" dc:identifier="${escaped(takeId)}"/></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`;
}

/** The mark as an XMP box to follow the video's data. null for tags without the mark. */
export function xmpBox(tags: Record<string, string>): Buffer | null {
  const packet = xmpPacket(tags);
  if (packet === null) return null;
  const body = Buffer.concat([Buffer.from('uuid'), XMP_UUID, Buffer.from(packet)]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length + 4);
  return Buffer.concat([size, body]);
}
