"""Fits what answers are chosen and trusted by, to questions over knowledge bases.

    FIT_KB=FOLDER FIT_OUT=features.jsonl cargo test -p twin-reference --lib -- --ignored dump
    fit.py features.jsonl [--write]

FOLDER holds files as under tests/it/kb, of your own knowledge bases; they stay where they are. The table it prints is
made with each knowledge base scored by what was fitted without it. --write puts what was fitted to all of them into
personal.weights and src/answer/fitted.rs. numpy alone.
"""
import json, os, sys
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = 'NACDT'
THRESHOLD = .5


def logistic(X, y, weight, ridge, steps=400):
    """Newton's method; the last column is the constant, which is not held back."""
    X = np.c_[X, np.ones(len(X))]
    w, hold = np.zeros(X.shape[1]), np.full(X.shape[1], ridge)
    hold[-1] = 1e-6
    for _ in range(steps):
        p = 1 / (1 + np.exp(-X @ w))
        step = np.linalg.solve((X.T * (weight * p * (1 - p))) @ X + np.diag(hold), X.T @ (weight * (p - y)) + hold * w)
        w -= step
        if np.abs(step).max() < 1e-8:
            break
    return w


def softmax_regression(X, y, classes, ridge, steps=1500, rate=.05):
    """Adam on the cross entropy; a row for each class."""
    W, m, v = (np.zeros((classes, X.shape[1])) for _ in range(3))
    Y = np.eye(classes)[y]
    # The classes weigh alike: N against all others together.
    size = np.bincount(y, minlength=classes)
    weight = np.where(y == 0, .5 / size[0], .5 / size[1:].sum())[:, None]
    for step in range(1, steps + 1):
        P = np.exp(X @ W.T)
        P /= P.sum(1, keepdims=True)
        grad = ((P - Y) * weight).T @ X + ridge * W
        m += .1 * (grad - m)
        v += .01 * (grad * grad - v)
        W -= rate * (m / (1 - .9 ** step)) / (np.sqrt(v / (1 - .99 ** step)) + 1e-9)
    return W


def personal(rows, write):
    X = np.array([r['features'] for r in rows])
    y = np.array([KINDS.index(r['kind']) for r in rows])
    ridge = 1e-3
    folds = np.random.RandomState(0).randint(0, 10, len(y))
    P = np.zeros((len(y), len(KINDS)))
    for fold in range(10):
        W = softmax_regression(X[folds != fold], y[folds != fold], len(KINDS), ridge)
        e = np.exp(X[folds == fold] @ W.T)
        P[folds == fold] = e / e.sum(1, keepdims=True)
    p = 1 - P[:, 0]
    print('needs a person, ten folds: auroc %.3f;' % auroc(p[y > 0], p[y == 0]),
          ' '.join('at %.1f: %d of %d, %d false of %d;' % (t, (p[y > 0] >= t).sum(), (y > 0).sum(), (p[y == 0] >= t).sum(), (y == 0).sum()) for t in (.5, .6, .7)))
    W = softmax_regression(X, y, len(KINDS), ridge)
    if write:
        with open(os.path.join(HERE, 'personal.weights'), 'w') as f:
            for row in W:
                f.write(' '.join('%d' % round(1000 * x) for x in row) + '\n')
    return W


def auroc(pos, neg):
    if not len(pos) or not len(neg):
        return float('nan')
    pos, neg = np.asarray(pos)[:, None], np.asarray(neg)[None]
    return float(((pos > neg) + .5 * (pos == neg)).mean())


def ece(conf, right, bins=10):
    at = np.minimum((conf * bins).astype(int), bins - 1)
    return sum(abs((conf[at == b] - right[at == b]).sum()) for b in range(bins)) / len(conf)


def is_gold(q, title):
    import re
    return re.sub(r' \(\d+/\d+\)$', '', title) in [re.sub(r' \(\d+/\d+\)$', '', g) for g in q['gold']]


def fusion(questions, steps=150, rate=.05):
    """Weights of the signals that put a right document first: the softmax over a question's passages."""
    sets = [(np.array([c['signals'] for c in q['candidates']]), np.array([is_gold(q, c['title']) for c in q['candidates']]),
             q['weight']) for q in questions if q['kind'] == '+' and any(is_gold(q, c['title']) for c in q['candidates'])]
    w, m, v = np.full(6, 5.), np.zeros(6), np.zeros(6)
    for step in range(1, steps + 1):
        grad = .002 * w
        for S, gold, weight in sets:
            e = np.exp(S @ w - (S @ w).max())
            grad -= weight * S.T @ (e * gold / (e * gold).sum() - e / e.sum()) / len(sets)
        m += .1 * (grad - m)
        v += .01 * (grad * grad - v)
        w = np.maximum(w - rate * 4 * (m / (1 - .9 ** step)) / (np.sqrt(v / (1 - .99 ** step)) + 1e-9), 0)
    w *= 3 / w[:5].sum()
    # Few questions name a sum. A rule about it is what they ask for.
    w[5] = max(w[5], .2)
    return w


def first(q, w):
    """The document that comes first by these weights, its features with score and margin anew, and whether it is right."""
    if not q['candidates']:
        return None
    scores = np.array([np.dot(c['signals'], w) for c in q['candidates']])
    at = int(np.argmax(scores))
    best = q['candidates'][at]
    others = [s for s, c in zip(scores, q['candidates']) if c['document'] != best['document']]
    x = np.array(best['features'])
    x[q['names'].index('score')] = scores[at]
    x[q['names'].index('margin')] = min(.3, scores[at] - max(others)) if others else .3
    return best['title'], x, is_gold(q, best['title'])


SURE = .55
PERSONAL = None


def is_personal(q):
    """As the twin judges it: sentence by sentence, by what was fitted to personal.txt alone."""
    if 'is_personal' not in q:
        e = np.exp(np.array(q['sentences'] or [[0.] * PERSONAL.shape[1]]) @ PERSONAL.T)
        q['is_personal'] = bool((1 - e[:, 0] / e.sum(1)).max() >= SURE)
    return q['is_personal']


def fit(questions, ridge):
    w = fusion(questions)
    X, y, weight = [], [], []
    for q in questions:
        f = first(q, w)
        if q['kind'] in '+-' and f:
            X.append(f[1])
            y.append(f[2])
            weight.append(q['weight'])
    X, y, weight = np.array(X), np.array(y, float), np.array(weight)
    return w, logistic(X, y, weight, ridge)


def measured(questions, w, c):
    rows = []
    for q in questions:
        f = first(q, w)
        conf = 0. if f is None else float(np.clip(1 / (1 + np.exp(-f[1] @ c[:-1] - c[-1])), .02, .97))
        rows.append((q['kind'], bool(f and f[2]), conf, is_personal(q) or conf < THRESHOLD, q))
    return rows


def figures(rows):
    A, U, P = ([r for r in rows if r[0] == k] for k in '+-!')
    mean = lambda xs: float(np.mean(xs)) if xs else float('nan')
    conf, right = (np.array([r[i] for r in A + U], float) for i in (2, 1))
    return [mean([r[1] for r in A]), mean([r[1] and not r[3] for r in A]), mean([not r[1] and not r[3] for r in A]),
            mean([r[3] for r in A]), mean([r[3] for r in U]), mean([r[3] for r in P]),
            auroc(conf[right == 1], conf[right == 0]), ece(conf, right)]


def main(path, *options):
    lines = [json.loads(line) for line in open(path, encoding='utf-8')]
    global PERSONAL
    PERSONAL = personal([l for l in lines if l['kb'] == 'personal.txt'], '--write' in options)
    questions = [l for l in lines if l['kb'] != 'personal.txt']
    own = {'handbook', 'handbook-heldout'} | {os.path.splitext(f)[0] for f in os.listdir(os.path.join(HERE, '../tests/it/kb'))}
    # How much a question of the committed files counts beside one of yours.
    for q in questions:
        q['weight'] = float(os.environ.get('OWN', '1')) if q['kb'] in own else 1.
    ridge = float(os.environ.get('RIDGE', '.1'))
    kbs = sorted({q['kb'] for q in questions})
    columns = ['hit1', 'right', 'wrong', 'falseesc', 'uesc', 'pesc', 'auroc', 'ece']
    print('%-10s' % '' + ''.join('%9s' % c for c in columns))
    everything, ours = [], []
    for kb in kbs:
        if kb in own and '--all' not in options:
            continue
        w, c = fit([q for q in questions if q['kb'] != kb], ridge)
        rows = measured([q for q in questions if q['kb'] == kb], w, c)
        (ours if kb in own else everything).extend(rows)
        if kb not in own or '--all' in options:
            print('%-10s' % kb + ''.join('%9.3f' % f for f in figures(rows)) + '  ' + str(np.round(w, 2)))
        if '--show' in options and kb not in own:
            for kind, right, conf, esc, q in rows:
                f = first(q, w)
                print('  ', kind, 'right' if right else 'WRONG', '%.2f' % conf, 'esc' if esc else '   ', 'PERS' if is_personal(q) else '', '|', q['question'], '|', f and f[0], np.round(f[1], 2) if f else '')
    print('%-10s' % 'real' + ''.join('%9.3f' % f for f in figures(everything)))
    if ours:
        print('%-10s' % 'own' + ''.join('%9.3f' % f for f in figures(ours)))
    w, c = fit(questions, ridge)
    names = questions[0]['names']
    print('fusion', np.round(w, 3), '\nconfidence', dict(zip(names + ['base'], np.round(c, 2))))
    print('all, fitted to itself' + ''.join('%9.3f' % f for f in figures([r for r in measured(questions, w, c) if r[4]['kb'] not in own])))
    if '--write' in options:
        with open(os.path.join(HERE, '../src/answer/fitted.rs'), 'w') as f:
            f.write('//! What `table/fit.py` fitted. Written by it.\n\n'
                    "/// What each signal of a passage counts: the cosine of the question with the passage and with its best sentence, how\n"
                    "/// much of the question's words the passage covers, the cosine with the title, and with the best other passage of the\n"
                    "/// document, and whether the passage has a rule about a sum the question names, or a number it asks for.\n"
                    'pub(super) const WEIGHTS: [f64; 6] = [%s];\n\n' % ', '.join('%.3f' % x for x in w) +
                    '/// The constant of the confidence, and what each of its features counts: %s.\n' % ', '.join(names) +
                    'pub(super) const BASE: f64 = %.2f;\n' % c[-1] +
                    'pub(super) const COEFFICIENTS: [f64; %d] = [%s];\n' % (len(names), ', '.join('%.2f' % x for x in c[:-1])))


if __name__ == '__main__':
    main(*sys.argv[1:])
