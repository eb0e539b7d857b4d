/** The bytes of a picture file, in whatever holds them. A stream is one of Uint8Arrays: Node's and the web's both are. */
export type ImageBytes = Uint8Array | ArrayBuffer | Blob | AsyncIterable<Uint8Array>;
