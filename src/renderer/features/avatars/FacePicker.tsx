/** Which of several faces shall speak: boxes over the picture, numbered from left to right, for mouse and keys alike. */
import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Tip } from '../../ui/Tip.tsx';
import type { FoundFaces } from './intake.ts';

export function FacePicker({ name, found, onChoose, onLater }: { name: string; found: FoundFaces; onChoose: (faces: readonly number[]) => void; onLater: () => void }) {
  const { t } = useTranslation('avatars');
  const format = useFormat();
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const { width, height, faces, preview } = found;
  const toggle = (index: number) => setChosen((now) => (now.includes(index) ? now.filter((each) => each !== index) : [...now, index].sort((a, b) => a - b)));
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    // Keys of either script.
    const number = Number(event.key.replace(/[۰-۹]/, (digit) => String(digit.charCodeAt(0) - 0x6f0)));
    if (!event.ctrlKey && !event.metaKey && !event.altKey && faces.some(({ index }) => index === number)) toggle(number);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
  const share = (value: number, of: number) => `${(100 * value) / of}%`;
  return (
    <Dialog
      open wide onClose={onLater} title={t('picker.title')} description={t('picker.text', { name, count: faces.length })}
      actions={<><Button onClick={onLater}>{t('picker.later')}</Button><Button kind="primary" disabled={chosen.length === 0} onClick={() => onChoose(chosen)}>{t('picker.register', { count: Math.max(1, chosen.length) })}</Button></>}
    >
      <div dir="ltr" className="relative mx-auto" style={{ aspectRatio: `${width} / ${height}`, maxWidth: `min(100%, ${(58 * width) / height}vh)` }}>
        <img src={`data:image/jpeg;base64,${preview}`} alt={t('picker.picture')} className="size-full rounded" />
        {faces.map(({ index, box }) => {
          const isChosen = chosen.includes(index);
          const label = t('picker.face', { number: format.number(index), count: faces.length });
          return (
            <Tip key={index} label={label} shortcut={String(index)}>
              <button
                type="button" aria-label={label} aria-pressed={isChosen} onClick={() => toggle(index)}
                className={`absolute rounded border-2 ${isChosen ? 'border-accent bg-accent/20' : 'border-white/85 shadow-[0_0_0_1px_rgb(0_0_0/0.6)] hover:bg-white/15'}`}
                style={{ left: share(box.x, width), top: share(box.y, height), width: share(box.width, width), height: share(box.height, height) }}
              >
                <span className={`absolute -start-0.5 -top-0.5 min-w-6 rounded-ee px-1.5 text-sm font-medium ${isChosen ? 'bg-accent text-accent-ink' : 'bg-black/75 text-white'}`}>{format.number(index)}</span>
              </button>
            </Tip>
          );
        })}
      </div>
      <p className="mt-3 text-xs text-muted">{t('picker.keys')}</p>
    </Dialog>
  );
}
