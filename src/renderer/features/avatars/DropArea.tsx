/** Where files may be dropped: all of what it holds, but for what takes them itself. */
import { Download } from 'lucide-react';
import { useState, type DragEvent, type ReactNode } from 'react';

export function DropArea({ label, onFiles, children }: { label: string; onFiles: (files: File[]) => void; children: ReactNode }) {
  /** A drag enters a child before it leaves the one around it. */
  const [depth, setDepth] = useState(0);
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes('Files');
  return (
    <div
      className="relative h-full"
      onDragEnter={(event) => hasFiles(event) && setDepth((now) => now + 1)}
      onDragLeave={(event) => hasFiles(event) && setDepth((now) => Math.max(0, now - 1))}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        setDepth(0);
        if (event.isDefaultPrevented()) return;
        event.preventDefault(); // or the browser opens it in place of the studio
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {depth > 0 && (
        <div className="pointer-events-none absolute inset-2 z-30 flex flex-col items-center justify-center gap-3 rounded-lg border-2 border-dashed border-accent bg-ground/85 text-base">
          <Download aria-hidden size={32} strokeWidth={1.5} className="text-accent" />
          {label}
        </div>
      )}
    </div>
  );
}
