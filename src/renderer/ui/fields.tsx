/** Form controls: each has a label that stands beside or above it. */
import { clsx } from 'clsx';
import { Check, ChevronDown } from 'lucide-react';
import { Select as RadixSelect, Slider as RadixSlider, Switch as RadixSwitch, ToggleGroup } from 'radix-ui';
import { useId, type ComponentProps, type ReactNode } from 'react';
import { Tip } from './Tip.tsx';

export const CONTROL = 'min-h-8 w-full rounded border border-line bg-raised px-2 text-ink placeholder:text-muted hover:border-muted';

/** @param hint what it means, below the control */
export function Field({ label, hint, htmlFor, children }: { label: string; hint?: ReactNode; htmlFor?: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={htmlFor} className="text-xs text-muted">{label}</label>
      {children}
      {hint !== undefined && <p className="text-xs text-muted">{hint}</p>}
    </div>
  );
}

export function TextField({ label, hint, className, ...rest }: ComponentProps<'input'> & { label: string; hint?: ReactNode }) {
  const id = useId();
  return (
    <Field label={label} hint={hint} htmlFor={id}>
      <input id={id} dir="auto" className={clsx(CONTROL, className)} {...rest} />
    </Field>
  );
}

export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
  /** Choices of one group stand together, under its name. */
  group?: string;
}

export function Select({ label, value, choices, onChange, hint, hideLabel = false, disabled = false }: { label: string; value: string; choices: readonly Choice[]; onChange: (value: string) => void; hint?: ReactNode; hideLabel?: boolean; disabled?: boolean }) {
  const id = useId();
  const groups = [...new Set(choices.map(({ group }) => group ?? ''))];
  const select = (
    <RadixSelect.Root value={value} onValueChange={onChange} disabled={disabled}>
      <RadixSelect.Trigger id={id} aria-label={label} className={clsx(CONTROL, 'flex items-center justify-between gap-2 text-start disabled:opacity-45')}>
        <span className="truncate"><RadixSelect.Value /></span>
        <ChevronDown aria-hidden size={14} className="shrink-0 text-muted" />
      </RadixSelect.Trigger>
      <RadixSelect.Portal>
        <RadixSelect.Content position="popper" sideOffset={4} className="z-50 max-h-72 min-w-(--radix-select-trigger-width) overflow-auto rounded border border-line bg-raised p-1 shadow-xl">
          <RadixSelect.Viewport>
            {groups.map((group) => (
              <RadixSelect.Group key={group}>
                {group !== '' && <RadixSelect.Label className="px-2 py-1 text-xs text-muted">{group}</RadixSelect.Label>}
                {choices.filter((choice) => (choice.group ?? '') === group).map((choice) => (
                  <RadixSelect.Item key={choice.value} value={choice.value} disabled={choice.disabled ?? false} className="flex min-h-8 items-center gap-2 rounded px-2 outline-none data-disabled:opacity-45 data-highlighted:bg-accent data-highlighted:text-accent-ink">
                    <span className="w-4"><RadixSelect.ItemIndicator><Check aria-hidden size={14} /></RadixSelect.ItemIndicator></span>
                    <RadixSelect.ItemText>{choice.label}</RadixSelect.ItemText>
                  </RadixSelect.Item>
                ))}
              </RadixSelect.Group>
            ))}
          </RadixSelect.Viewport>
        </RadixSelect.Content>
      </RadixSelect.Portal>
    </RadixSelect.Root>
  );
  return hideLabel ? select : <Field label={label} hint={hint} htmlFor={id}>{select}</Field>;
}

/** @param text the value as it is shown */
export function Slider({ label, value, min, max, step, onChange, text, dir }: { label: string; value: number; min: number; max: number; step: number; onChange: (value: number) => void; text: string; dir?: 'ltr' | 'rtl' }) {
  return (
    <div className="flex flex-col gap-1">
      <span className="flex justify-between text-xs text-muted"><span>{label}</span><span className="text-ink tabular-nums">{text}</span></span>
      <RadixSlider.Root {...(dir ? { dir } : {})} value={[value]} min={min} max={max} step={step} onValueChange={([next]) => onChange(next)} className="relative flex h-8 touch-none items-center">
        <RadixSlider.Track className="relative h-1 grow rounded bg-line"><RadixSlider.Range className="absolute h-full rounded bg-accent" /></RadixSlider.Track>
        <RadixSlider.Thumb aria-label={label} aria-valuetext={text} className="block size-4 rounded-full border-2 border-accent bg-panel" />
      </RadixSlider.Root>
    </div>
  );
}

export function Switch({ label, checked, onChange, hint, disabled = false }: { label: string; checked: boolean; onChange: (checked: boolean) => void; hint?: ReactNode; disabled?: boolean }) {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <RadixSwitch.Root id={id} checked={checked} disabled={disabled} onCheckedChange={onChange} className="relative mt-0.5 h-5 w-9 shrink-0 rounded-full border border-line bg-raised data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:opacity-45">
        <RadixSwitch.Thumb className="block size-4 translate-x-0.5 rounded-full bg-ink transition-transform data-[state=checked]:translate-x-4 data-[state=checked]:bg-accent-ink rtl:-translate-x-0.5 rtl:data-[state=checked]:-translate-x-4" />
      </RadixSwitch.Root>
      <label htmlFor={id} className="flex flex-col"><span>{label}</span>{hint !== undefined && <span className="text-xs text-muted">{hint}</span>}</label>
    </div>
  );
}

export interface Segment<V extends string> {
  value: V;
  label: string;
  tip: string;
}

/** Few choices that all stay in sight. */
export function Segmented<V extends string>({ label, value, choices, onChange }: { label: string; value: V; choices: readonly Segment<V>[]; onChange: (value: V) => void }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <span id={id} className="text-xs text-muted">{label}</span>
      <ToggleGroup.Root type="single" aria-labelledby={id} value={value} onValueChange={(next) => next !== '' && onChange(next as V)} className="flex flex-wrap gap-px overflow-hidden rounded border border-line bg-line">
        {choices.map((choice) => (
          <Tip key={choice.value} label={choice.tip}>
            {/* Its own role and state are lost to the tooltip's otherwise. */}
            <span className="flex min-w-11 flex-auto bg-raised"><ToggleGroup.Item value={choice.value} className="min-h-8 flex-1 px-1.5 whitespace-nowrap text-ink hover:bg-panel data-[state=on]:bg-accent/20 data-[state=on]:font-medium data-[state=on]:shadow-[inset_0_-2px_0_var(--accent)]">{choice.label}</ToggleGroup.Item></span>
          </Tip>
        ))}
      </ToggleGroup.Root>
    </div>
  );
}
