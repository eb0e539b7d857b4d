import type { ComponentChildren } from 'preact';

interface FileButtonProps {
  readonly accept?: string;
  readonly multiple?: boolean;
  /** Read aloud instead of the text. */
  readonly label?: string;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ComponentChildren;
}

/** A button that asks for files. */
export function FileButton({ accept, multiple = false, label, onFiles, children }: FileButtonProps) {
  return (
    <label class="button train-file">
      {children}
      <input
        type="file"
        class="unseen"
        accept={accept}
        multiple={multiple}
        aria-label={label}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          // the same file may be chosen again
          currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </label>
  );
}
