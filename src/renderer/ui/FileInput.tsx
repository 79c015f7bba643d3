import type { RefObject } from 'react';

/** The system's own dialog for files, opened by a click on `ref` from a control that can be seen. The same file may be chosen again. */
export function FileInput({ ref, label, accept, multiple = false, onFiles }: { ref: RefObject<HTMLInputElement | null>; label: string; accept: string; multiple?: boolean; onFiles: (files: File[]) => void }) {
  return (
    <input
      ref={ref} type="file" accept={accept} multiple={multiple} hidden aria-label={label}
      onChange={({ target }) => {
        const files = [...(target.files ?? [])];
        target.value = '';
        if (files.length > 0) onFiles(files);
      }}
    />
  );
}
