import { readFile } from 'node:fs/promises';
import { DataError, UnsupportedError } from '../../errors.js';

/** Credentials for signing requests. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** milliseconds since 1970 */
  readonly expires?: number;
}

/** The address of role credentials in an ECS container, including AWS Batch. */
const ECS = 'http://169.254.170.2';
/** Credentials are renewed this many milliseconds before they expire. */
const BEFORE = 5 * 60 * 1000;

let ofContainer: Promise<Credentials> | undefined;

/**
 * The credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or those of the role of an
 * AWS Batch, ECS or EKS container, which are renewed before they expire.
 * @throws UnsupportedError if there are none; DataError if a container's credentials cannot be fetched
 */
export async function findCredentials(operation: string, environment: NodeJS.ProcessEnv): Promise<Credentials> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = environment;
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined };
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } = environment;
  const address = relative ? `${ECS}${relative}` : full;
  if (!address)
    throw new UnsupportedError(
      operation,
      'S3 requires AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a container role; with a profile, run eval "$(aws configure export-credentials --format env)"',
    );
  const { expires = Number.POSITIVE_INFINITY } = (await ofContainer?.catch(() => undefined)) ?? { expires: 0 };
  if (expires < Date.now() + BEFORE) ofContainer = fetchCredentials(operation, address, environment);
  return ofContainer as Promise<Credentials>;
}

async function fetchCredentials(operation: string, address: string, environment: NodeJS.ProcessEnv): Promise<Credentials> {
  try {
    const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: given } = environment;
    const token = file ? (await readFile(file, 'utf8')).trim() : given;
    const answer = await fetch(address, { headers: token ? { authorization: token } : {}, signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = (await answer.json()) as Record<string, string>;
    if (!AccessKeyId || !SecretAccessKey) throw new Error('no keys in the response');
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token, expires: Expiration ? Date.parse(Expiration) : undefined };
  } catch (cause) {
    throw new DataError(operation, `the container's credentials cannot be fetched from ${address}: ${(cause as Error).message}`, { address }, { cause });
  }
}
