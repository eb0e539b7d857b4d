/** The bytes of an image file, or a stream of Uint8Arrays, such as those of Node and the web. */
export type ImageBytes = Uint8Array | ArrayBuffer | Blob | AsyncIterable<Uint8Array>;
