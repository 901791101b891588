package dev.balboa.nn.op;

import java.util.Locale;

/**
 * What a recurrent layer computes at one step, from the input x, the hidden state h and, for an
 * LSTM, the cell state c of the step before. W_k, U_k and b_k are the k-th blocks of H rows of
 * {@code W_x} [G H, C], {@code W_h} [G H, H] and the bias; * multiplies element by element; s is
 * the logistic function. The order of the gates is PyTorch's.
 */
public enum RecurrentCell {
  /** h' = tanh(W x + U h + b) (Elman, 1990). */
  VANILLA_TANH("rnn_tanh", 1, 1),
  /** h' = max(W x + U h + b, 0); its slope at 0 is 0. */
  VANILLA_RELU("rnn_relu", 1, 1),
  /**
   * Long short-term memory with a forget gate (Hochreiter and Schmidhuber, 1997; Gers et al.,
   * 2000), gates i, f, g, o:
   *
   * <pre>
   * i = s(W_i x + U_i h + b_i)
   * f = s(W_f x + U_f h + b_f)
   * g = tanh(W_g x + U_g h + b_g)
   * o = s(W_o x + U_o h + b_o)
   * c' = f * c + i * g
   * h' = o * tanh(c')
   * </pre>
   */
  LSTM("lstm", 4, 4),
  /**
   * {@link #LSTM} whose gates see the cell state through peepholes p [3 H], in the order i, f, o
   * (Gers et al., 2002): p_i * c is added inside of i, p_f * c inside of f, p_o * c' inside of o.
   */
  LSTM_PEEPHOLE("lstm_peephole", 4, 4),
  /**
   * Gated recurrent unit (Cho et al., 2014), gates r, z, n:
   *
   * <pre>
   * r = s(W_r x + U_r h + b_r)
   * z = s(W_z x + U_z h + b_z)
   * n = tanh(W_n x + U_n (r * h) + b_n)
   * h' = (1 - z) * n + z * h
   * </pre>
   */
  GRU("gru", 3, 3),
  /**
   * {@link #GRU} that resets after the product, as cuDNN, PyTorch and Keras's {@code reset_after}
   * do: n = tanh(W_n x + b_n + r * (U_n h + b_m)). The bias has four blocks r, z, n, m.
   */
  GRU_LINEAR_BEFORE_RESET("gru_linear_before_reset", 3, 4);

  private final String opName;
  private final int gates;
  private final int biases;

  RecurrentCell(String opName, int gates, int biases) {
    this.opName = opName;
    this.gates = gates;
    this.biases = biases;
  }

  String opName() {
    return opName;
  }

  /** How many blocks of H rows the weights have. */
  public int gates() {
    return gates;
  }

  /** How many blocks of H numbers the bias has. */
  public int biases() {
    return biases;
  }

  /** Whether there is a cell state beside the hidden state. */
  public boolean hasCellState() {
    return this == LSTM || this == LSTM_PEEPHOLE;
  }

  /** Whether there are peepholes. */
  public boolean hasPeephole() {
    return this == LSTM_PEEPHOLE;
  }

  /** Whether this is one of the gated recurrent units. */
  public boolean isGru() {
    return this == GRU || this == GRU_LINEAR_BEFORE_RESET;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
