// The heap of AssemblyScript's own allocator (TLSF), for buffers, tables and scratch.

export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function free(pointer: usize): void {
  heap.free(pointer);
}
