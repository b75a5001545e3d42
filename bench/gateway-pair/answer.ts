/** The answer that every measured pair carries: a register's JSON document of 956 bytes about a made-up household. */
const SIZE = 956;

const document = {
  household: { id: 'H-0001', county: '花蓮縣', town: '壽豐鄉', village: '豐山村', members: 4 },
  members: ['head', 'spouse', 'child', 'child'].map((relation, index) => ({
    relation,
    since: `2019-0${index + 1}-11`,
    status: 'registered',
    change: 'move-in',
    remark: 'synthetic person',
  })),
  remark: '',
};

/** Exactly 956 bytes of UTF-8 JSON. */
export function makeAnswer(): Buffer {
  const bare = Buffer.byteLength(JSON.stringify(document));
  return Buffer.from(JSON.stringify({ ...document, remark: '.'.repeat(SIZE - bare) }));
}
