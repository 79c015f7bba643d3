/** Raised by every change that makes other figures of the same video: reports that are kept are then measured anew. */
export const QA_VERSION = 2;
