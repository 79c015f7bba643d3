/** A number that is typed, in digits of any of the page's languages. */
import { useState } from 'react';
import { typedNumber } from '../i18n/digits.ts';
import { useFormat } from '../i18n/format.ts';
import { TextField } from './fields.tsx';

interface NumberFieldProps {
  label: string;
  value: number;
  min: number;
  max: number;
  /** Shown after the point, where there is something. */
  digits?: number;
  onChange: (value: number) => void;
}

/** Taken as soon as it is one in its range: a field that is being cleared, or typed anew, is left alone, and shows what counts once it is left. */
export function NumberField({ label, value, min, max, digits = 0, onChange }: NumberFieldProps) {
  const format = useFormat();
  const [typed, setTyped] = useState<string | null>(null);
  const read = (text: string): number | null => {
    const number = typedNumber(text);
    return number !== null && number >= min && number <= max ? number : null;
  };
  const type = (text: string) => {
    setTyped(text);
    const number = read(text);
    if (number !== null) onChange(number);
  };
  return (
    <TextField
      label={label} inputMode="decimal" autoComplete="off" aria-invalid={typed !== null && read(typed) === null} className="tabular-nums aria-invalid:border-bad"
      value={typed ?? format.number(value, Number.isInteger(value) ? 0 : digits)} onChange={({ target }) => type(target.value)} onBlur={() => setTyped(null)}
    />
  );
}
