/** A number that may be left to its default: kept when the user leaves the field or presses Enter. */
import { RotateCcw } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { typedNumber } from '../../i18n/digits.ts';
import { useFormat } from '../../i18n/format.ts';
import { IconButton } from '../../ui/Button.tsx';
import { CONTROL } from '../../ui/fields.tsx';

interface NumberSettingProps {
  label: string;
  hint: string;
  value: number | null;
  /** As it is shown; null: unknown. */
  defaultValue: number | null;
  unit?: string;
  min: number;
  max: number;
  whole?: boolean;
  onChange: (value: number | null) => void;
}

export function NumberSetting({ label, hint, value, defaultValue, unit, min, max, whole = false, onChange }: NumberSettingProps) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const id = useId();
  /** While the user types; null: as it is kept. */
  const [typed, setTyped] = useState<string | null>(null);
  const digits = (number: number) => (whole || Number.isInteger(number) ? 0 : 1);
  const shown = value === null ? '' : format.number(value, digits(value));
  const read = typed === null ? value : typed.trim() === '' ? null : typedNumber(typed);
  const isWrong = typed !== null && typed.trim() !== '' && (read === null || read < min || read > max || (whole && !Number.isInteger(read)));
  const keep = () => {
    if (typed === null || isWrong) return;
    setTyped(null);
    if (read !== value) onChange(read);
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-xs text-muted">{label}</label>
      <div className="flex items-center gap-2">
        <input
          id={id} inputMode="decimal" autoComplete="off" aria-invalid={isWrong} aria-describedby={`${id}-hint`} value={typed ?? shown}
          placeholder={defaultValue === null ? '' : t('defaultValue', { value: `${format.number(defaultValue, digits(defaultValue))}${unit === undefined ? '' : ` ${unit}`}` })}
          onChange={({ target }) => setTyped(target.value)} onBlur={keep}
          onKeyDown={({ key }) => (key === 'Enter' ? keep() : key === 'Escape' && setTyped(null))}
          className={`${CONTROL} max-w-56 tabular-nums aria-invalid:border-bad`}
        />
        {unit !== undefined && value !== null && <span className="text-muted">{unit}</span>}
        {value !== null && <IconButton label={`${label}: ${t('useDefaultTip')}`} icon={RotateCcw} size={14} onClick={() => { setTyped(null); onChange(null); }} />}
      </div>
      <p id={`${id}-hint`} className={`text-xs ${isWrong ? 'text-bad' : 'text-muted'}`}>{isWrong ? t('notNumber', { min: format.number(min, digits(min)), max: format.number(max) }) : hint}</p>
    </div>
  );
}
