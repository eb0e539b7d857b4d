import { type ConvlabError, DataError } from '../../errors.js';
import { formatS3, type S3Address } from './s3-address.js';

/** The error response of a server. */
export interface Refusal {
  readonly status: number;
  /** such as `NoSuchKey`; empty if the response has no body, as after HEAD */
  readonly code: string;
  readonly message: string;
  /** region of the bucket */
  readonly region: string | null;
}

interface Asked {
  readonly operation: string;
  readonly wish: string;
  readonly address: S3Address;
}

/** Transient error codes, in addition to transient HTTP statuses. */
const PASSING = ['RequestTimeout', 'SlowDown', 'OperationAborted'];

/** Advice per error code. */
const CHECKS: Readonly<Record<string, string>> = {
  NoSuchKey: 'the object does not exist',
  NoSuchBucket: 'the bucket does not exist; check its name and AWS_ENDPOINT_URL_S3',
  AccessDenied: 'check the permissions of the credentials (s3:GetObject, s3:PutObject, s3:ListBucket)',
  InvalidAccessKeyId: 'check AWS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'check AWS_SECRET_ACCESS_KEY',
  ExpiredToken: 'the credentials of AWS_SESSION_TOKEN have expired',
  InvalidToken: 'check AWS_SESSION_TOKEN',
  RequestTimeTooSkewed: "check this machine's clock",
  EntityTooLarge: 'the object is too large for the server',
};

/** Advice per HTTP status, used if there is no code. */
const CHECKS_OF_STATUS: Readonly<Record<number, string>> = { 403: CHECKS.AccessDenied, 404: 'the object or bucket does not exist' };

export async function readRefusal(answer: Response): Promise<Refusal> {
  const text = await answer.text().catch(() => '');
  return { status: answer.status, ...errorIn(text), region: answer.headers.get('x-amz-bucket-region') };
}

/** The code and the message of an error document. */
export function errorIn(text: string): { readonly code: string; readonly message: string } {
  const field = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
  return { code: field('Code'), message: field('Message') };
}

/** True if the same request may succeed later. */
export function isPassing({ status, code }: Refusal): boolean {
  return status >= 500 || status === 429 || PASSING.includes(code);
}

export function refused({ operation, wish, address }: Asked, refusal: Refusal, attempts: number): ConvlabError {
  const { status, code, message, region } = refusal;
  const said = [code, message && `(${message})`].filter(Boolean).join(' ');
  const moved = status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed' || code === 'PermanentRedirect';
  const later = isPassing(refusal) ? `the server responded like this ${attempts} times; try again later` : undefined;
  const check = moved ? `check AWS_REGION${region ? `: the bucket is in ${region}` : ''}` : (CHECKS[code] ?? later ?? CHECKS_OF_STATUS[status]);
  const { bucket, key } = address;
  return new DataError(operation, `${formatS3(address)} cannot be ${wish}: ${status}${said && ` ${said}`}${check ? `; ${check}` : ''}`, {
    bucket,
    key,
    status,
    code,
  });
}

export function unreachable({ operation, wish, address }: Asked, url: string, cause: Error, attempts: number): ConvlabError {
  const why = (cause.cause as Error | undefined)?.message || cause.message;
  const { bucket, key } = address;
  const tried = attempts === 1 ? 'once' : `${attempts} times`;
  return new DataError(
    operation,
    `${formatS3(address)} cannot be ${wish}: ${new URL(url).origin} was tried ${tried} (${why}); check AWS_ENDPOINT_URL_S3, AWS_REGION and the network`,
    { bucket, key },
    { cause },
  );
}
