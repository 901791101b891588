package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Attention;
import dev.balboa.nn.op.AttentionBackward;
import dev.balboa.nn.op.AttentionOp;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.Shape;
import java.util.ArrayList;
import java.util.List;

/** Attention, one row of weights at a time. */
final class AttentionKernels {
  private final AttentionOp op;
  private final int heads;
  private final int shared;
  private final int queries;
  private final int keys;
  private final int depth;
  private final int valueDepth;
  private final int mask;
  private final int key;

  private AttentionKernels(AttentionOp op, Call call) {
    Shape q = call.in(0);
    this.op = op;
    this.heads = size(q, 1);
    this.shared = heads / Math.max(1, size(call.in(1), 1));
    this.queries = size(q, 2);
    this.keys = size(call.in(1), 2);
    this.depth = size(q, 3);
    this.valueDepth = size(call.in(2), 3);
    this.mask = op.maskInput(call.inputs().size());
    this.key = op.keyInput(call.inputs().size());
  }

  private static int size(Shape shape, int axis) {
    return Math.toIntExact(shape.dim(axis));
  }

  static Prepared prepare(AttentionOp op, Call call) {
    AttentionKernels k = new AttentionKernels(op, call);
    List<Access> reads = new ArrayList<>();
    List<Access> writes = new ArrayList<>();
    for (int i = 0; i < call.inputs().size(); i++) {
      Access in = call.read(i);
      reads.add(i == k.mask ? in.broadcastTo(call.in(0).with(3, k.keys)) : in);
    }
    for (int i = 0; i < call.outputs().size(); i++) {
      writes.add(call.write(i));
    }
    int rows = Math.toIntExact(call.in(0).dim(0)) * k.heads * k.queries;
    return call.through(
        reads,
        writes,
        switch (op) {
          case Attention _ -> (in, out) -> k.forward(rows, in, out);
          case AttentionBackward _ -> (in, out) -> k.backward(rows, in, out);
        });
  }

  /** Where the keys of a query's row begin, in rows of k and v. */
  private int firstKey(int row) {
    int head = row / queries;
    return head / heads * (heads / shared) * keys + head % heads / shared * keys;
  }

  /** Scores of one query, -infinity where it does not see the key; their largest last. */
  private double[] scores(int row, Elements... in) {
    double[] s = new double[keys + 1];
    s[keys] = Double.NEGATIVE_INFINITY;
    long last =
        op.causal() == CausalMask.NONE ? keys : row % queries + op.causal().offset(queries, keys);
    for (int j = 0; j < keys; j++) {
      int at = row * keys + j;
      boolean hidden = j > last || (mask >= 0 && !in[mask].isReal() && in[mask].wholes()[at] == 0);
      double bias = mask >= 0 && in[mask].isReal() ? in[mask].reals()[at] : 0;
      double product = dot(in[0], row, in[1], firstKey(row) + j, depth);
      s[j] = hidden ? Double.NEGATIVE_INFINITY : op.scale() * product + bias;
      s[keys] = Math.max(s[keys], s[j]);
    }
    return s;
  }

  private static double dot(Elements a, int rowA, Elements b, int rowB, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += a.reals()[rowA * n + i] * b.reals()[rowB * n + i];
    }
    return sum;
  }

  /** The weights of one query, all zero if it sees nothing; the logarithm of their sum last. */
  private double[] weights(int row, Elements... in) {
    double[] p = scores(row, in);
    double max = p[keys];
    if (max == Double.NEGATIVE_INFINITY) {
      double[] none = new double[keys + 1];
      none[keys] = max;
      return none;
    }
    double sum = 0;
    for (int j = 0; j < keys; j++) {
      p[j] = Math.exp(p[j] - max);
      sum += p[j];
    }
    for (int j = 0; j < keys; j++) {
      p[j] /= sum;
    }
    p[keys] = max + Math.log(sum);
    return p;
  }

  /** What the weights of one query are multiplied by: 0 where they are dropped. */
  private double[] factors(int row, Elements... in) {
    double[] r = new double[keys];
    Philox random = key < 0 ? null : new Philox(in[key].wholes());
    float threshold = (float) op.dropout();
    for (int j = 0; j < keys; j++) {
      boolean kept = random == null || random.uniform((long) row * keys + j) >= threshold;
      r[j] = kept ? 1 / (1 - op.dropout()) : 0;
    }
    return r;
  }

  private void forward(int rows, Elements[] in, Elements[] out) {
    for (int row = 0; row < rows; row++) {
      double[] p = weights(row, in);
      double[] r = factors(row, in);
      for (int j = 0; j < keys; j++) {
        int v = (firstKey(row) + j) * valueDepth;
        Rows.add(r[j] * p[j], in[2].reals(), v, out[0].reals(), row * valueDepth, valueDepth);
      }
      out[1].reals()[row] = p[keys];
    }
  }

  /** Inputs q, k, v, out, sums, dout; what the forward operation wrote is computed anew. */
  private void backward(int rows, Elements[] in, Elements[] out) {
    for (int row = 0; row < rows; row++) {
      double[] p = weights(row, in);
      double[] r = factors(row, in);
      double[] dp = new double[keys];
      double mean = 0;
      for (int j = 0; j < keys; j++) {
        int at = firstKey(row) + j;
        dp[j] = r[j] * dot(in[5], row, in[2], at, valueDepth);
        mean += p[j] * dp[j];
        int v = at * valueDepth;
        Rows.add(r[j] * p[j], in[5].reals(), row * valueDepth, out[2].reals(), v, valueDepth);
      }
      for (int j = 0; j < keys; j++) {
        double ds = op.scale() * p[j] * (dp[j] - mean);
        int k = (firstKey(row) + j) * depth;
        Rows.add(ds, in[1].reals(), k, out[0].reals(), row * depth, depth);
        Rows.add(ds, in[0].reals(), row * depth, out[1].reals(), k, depth);
      }
    }
  }
}
