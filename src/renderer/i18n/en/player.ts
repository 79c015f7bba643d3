export const player = {
  section: 'Player',
  picture: 'The take',
  empty: 'Nothing to show yet', emptyHint: 'Write what is to be said, then press Speak: it plays here while it is made.',
  play: 'Play', pause: 'Pause', previousSegment: 'Previous sentence', nextSegment: 'Next sentence', previousFrame: 'One frame back', nextFrame: 'One frame on', previousWord: 'Previous word', nextWord: 'Next word',
  toStart: 'To the start', toEnd: 'To the end', back: 'One second back', faster: 'Play, faster each time', stop: 'Stop',
  loop: 'Repeat this sentence', stopLoop: 'Stop repeating', loopIn: 'Repeat from here', loopOut: 'Repeat up to here',
  mute: 'Mute', unmute: 'Sound on', volume: 'Volume', speed: 'Speed', rate: '{{value}}×', fullScreen: 'Full screen', leaveFullScreen: 'Leave full screen',
  seek: 'Place in the take', time: '{{now}} of {{all}}', press: 'Press to play',
  waitingMore: 'Waiting for more pictures…', waitingPlace: 'Rendering up to here…', cancel: 'Cancel', canceling: 'Canceling…',
  queued: 'Waiting for its turn…', preparing: 'Getting ready…', restarting: 'The engine is being started again. The take goes on by itself.', canceled: 'This take was canceled.', canceledHint: 'Press Speak to make it anew.',
  failedHint: 'Nothing of this take is kept. The script is as it was: press Speak to try once more.', lost: 'The take cannot be watched',
  live: {
    label: 'How rendering keeps up', first: 'first picture {{sec}}', firstTip: 'From your request to the first picture on the screen', lead: '{{sec}} ahead', leadTip: 'Rendered beyond what is being shown', speed: '{{value}}× real time', speedTip: 'How fast it is rendered: above 1× it plays without stopping', slow: 'Slower than it plays: it will stop for more now and then',
    frames: '{{value}} frames', fps: '{{value}} fps', done: 'finished', stalls: 'stopped {{value}}×',
  },
} as const;
