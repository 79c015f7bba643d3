export const doctor = {
  title: 'Doctor', subtitle: 'Looks at this machine and at Sima itself, and says what could be better. It changes nothing.',
  again: 'Examine again', againTip: 'Takes a few seconds; takes go on meanwhile', stop: 'Stop', copy: 'Copy the report', copyTip: 'All checks as text, to send to somebody', copied: 'The report is copied.', copyCommandTip: 'Copy what to do',
  examining: 'Examining… {{found}} checks so far', failed: 'It could not be finished.',
  do: 'What to do', why: 'Why', note: 'Good to know',
  groups: { machine: 'This machine', gpu: 'Graphics card', system: 'System settings', studio: 'Sima' },
  states: { ok: 'Fine', advice: 'Could be better', wanting: 'Does not work as it should', unknown: 'Unknown here' },
  summary: { well: 'Sima works here. All is well.', advice_one: 'Sima works here. {{value}} thing could be better; none of it is needed.', advice_other: 'Sima works here. {{value}} things could be better, none of them needed.', wanting_one: '{{value}} thing keeps Sima from working as it should.', wanting_other: '{{value}} things keep Sima from working as it should.' },
  titles: {
    machine: { node: 'Node.js', processor: 'Processor', memory: 'Memory', disk: 'Disk', home: 'Data folder', temporary: 'Temporary folder' },
    gpu: { present: 'Is there a card', driver: 'Driver', works: 'Models run on it', visible: 'Which card is used', 'compute-mode': 'Compute mode', memory: 'Memory of the card', libraries: 'CUDA and cuDNN', provider: 'CUDA provider', persistence: 'Persistence mode', power: 'Power limit', clocks: 'Clocks', 'kernel-cache': 'Cache of its programs' },
    system: { governor: 'Processor’s governor', swappiness: 'Swapping', 'dirty-ratio': 'Unwritten data', network: 'Network buffers', 'omp-threads': 'OpenMP threads' },
    studio: { settings: 'Settings', codecs: 'Codecs', nvenc: 'Encoder of the card', models: 'Models', network: 'Models run on the processor', 'voice-fa': 'Persian voice', 'voice-en': 'English voice', avatars: 'Avatars' },
  },
} as const;
