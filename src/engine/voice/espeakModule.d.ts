/** The part of the eSpeak NG WebAssembly package that we use; the package itself comes without types. */
declare module '@echogarden/espeak-ng-emscripten' {
  export interface EspeakEvent {
    type: 'sentence' | 'word' | 'phoneme' | 'mark' | 'play' | 'end' | 'msg_terminated' | 'samplerate';
    /** From 1, in characters of the text. Right for words, not for pauses. */
    text_position: number;
    word_length: number;
    /** Milliseconds from the start of the utterance. */
    audio_position: number;
    id?: string | number;
  }

  export interface EspeakPointer {
    ptr: number;
  }

  export interface EspeakWorker {
    /** 0 if the voice exists. A variant follows a plus sign: `fa+f2`. */
    set_voice(name: EspeakPointer, lang: EspeakPointer): number;
    set_rate(wordsPerMinute: number): void;
    set_pitch(pitch0to99: number): void;
    set_volume(volume0to200: number): void;
    get_samplerate(): number;
    /** The callback returns true to stop. */
    synthesize(text: EspeakPointer, onSound: (pcm: Int16Array, events: EspeakEvent[]) => boolean): void;
  }

  export interface EspeakModule {
    HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    eSpeakNGWorker: new () => EspeakWorker;
  }

  export default function open(options: object): Promise<EspeakModule>;
}
