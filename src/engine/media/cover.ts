/** Filling one size with a picture of another: scaled until it covers, the overhang cut away evenly. */

export interface CoverTransform {
  /** Size after scaling, before cutting; whole pixels. */
  scaledWidth: number;
  scaledHeight: number;
  /** Top left of what is kept, in scaled pixels. */
  cropX: number;
  cropY: number;
  /** x on the result = x on the source · scaleX − cropX (for pixel edges). */
  scaleX: number;
  scaleY: number;
}

export function coverTransform(fromWidth: number, fromHeight: number, width: number, height: number): CoverTransform {
  const scale = Math.max(width / fromWidth, height / fromHeight);
  const scaledWidth = Math.max(width, Math.round(fromWidth * scale));
  const scaledHeight = Math.max(height, Math.round(fromHeight * scale));
  // Even, so that the cut does not shift colour against brightness.
  const middle = (overhang: number) => 2 * Math.floor(overhang / 4);
  return {
    scaledWidth, scaledHeight,
    cropX: middle(scaledWidth - width), cropY: middle(scaledHeight - height),
    scaleX: scaledWidth / fromWidth, scaleY: scaledHeight / fromHeight,
  };
}
