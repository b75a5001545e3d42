/** What a receipt is, whom the reader of one trusts, and what the verifier answers. */

/** One entry with its proof: a JSON file for people and courts. */
export interface Receipt {
  readonly v: 1;
  /** `request`, `response`, `refusal`, `withheld`, `grant`, … */
  readonly kind: string;
  /** The exact RFC 8785 text that was committed to. */
  readonly details: string;
  /** 32 bytes, base64url without padding. */
  readonly salt: string;
  /** C2SP tlog-proof. */
  readonly proof: string;
}

/** All entries of one message that its holder has, of both sides. */
export interface MessageReceipt {
  readonly v: 1;
  /** The message id that every entry names. */
  readonly message: string;
  readonly entries: readonly Receipt[];
}

/** Trust comes from outside the receipt: from the trust bundle, the court's file, the reader's own list. */
export interface TrustPolicy {
  readonly v: 1;
  readonly logs: readonly {
    /** Verifier key of a log; its name is the origin. */
    readonly key: string;
    /** The gateway that signs by inclusion in this log. */
    readonly gateway?: string;
    /** From this size on the key speaks no more; heads cosigned at or below it stay valid (PROTOCOL 17). */
    readonly revoked?: { readonly size: number };
  }[];
  /** Verifier keys of witnesses (type 0x04). */
  readonly witnesses: readonly string[];
  /** How many of them must have cosigned. */
  readonly quorum: number;
}

export type ClaimName =
  | 'well-formed'
  | 'details-canonical'
  | 'log-trusted'
  | 'entry-included'
  | 'checkpoint-signed'
  | 'cosignatures-valid'
  | 'witnessed'
  | 'key-not-revoked'
  | 'origin-matches'
  | 'gateway-matches'
  | 'same-message'
  | 'request-linked'
  | 'roles-match';

export interface Claim {
  readonly name: ClaimName;
  readonly holds: boolean;
  /** Which entry of a message it speaks of, from 0; absent when it speaks of the whole. */
  readonly entry?: number;
  readonly text: { readonly 'zh-TW': string; readonly en: string };
}

export interface Verification {
  /** Every claim holds. */
  readonly ok: boolean;
  readonly claims: readonly Claim[];
  /** Nothing is wrong but that too few witnesses have cosigned yet. */
  readonly provisional: boolean;
  /** Seconds since the epoch by which a quorum of witnesses had seen every entry; undefined without quorum. */
  readonly time: number | undefined;
}
