/** What is done to the user's own sound. */
export const recording = {
  listening: 'Listening to the recording…', title: 'What is done to it', undo: 'As recorded', undoHint: 'Nothing is cut, lowered or made louder',
  cutBoth: 'Silence cut: {{start}} at the start, {{end}} at the end', cutStart: 'Silence cut: {{start}} at the start', cutEnd: 'Silence cut: {{end}} at the end', cutNone: 'No silence to cut',
  loudness: 'Loudness: {{before}} → {{after}} LUFS', loudnessKept: 'Loudness: {{before}} LUFS', loudnessShort: 'Loudness: too short to be measured, so it stays',
  noise: { lowered: 'Noise between words is lowered', quiet: 'Its pauses are quiet', unclear: 'No clear pauses: noise is left alone', kept: 'Used as it is, with its noise and silence' },
  transcript: 'What is said in it (optional)', transcriptHint: 'For subtitles. When each word is said is estimated.',
} as const;
