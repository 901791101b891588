package dev.balboa.bench;

import java.util.Arrays;

/** A training step of a whole model, whose time and memory are measured. */
public enum ModelTask {
  /** ResNet-50 on 8 pictures of 224 x 224 in 1000 classes, SGD with momentum. */
  RESNET50("resnet50", 8),
  /**
   * Transformer encoder (6 post-norm blocks of width 384, 12 heads, 1536 hidden units, ReLU,
   * dropout 0.1) on 8 sequences of 128 out of 10,000 words, mean over positions, 4 classes, Adam.
   */
  TRANSFORMER("transformer", 8);

  /** Of pictures. */
  public static final int SIZE = 224;

  /** Of pictures. */
  public static final int PICTURE_CLASSES = 1000;

  /** Of texts. */
  public static final int WORDS = 10_000;

  /** Of texts. */
  public static final int LENGTH = 128;

  /** Of texts. */
  public static final int TEXT_CLASSES = 4;

  /** Of the Transformer. */
  public static final int WIDTH = 384;

  /** Of the Transformer. */
  public static final int HEADS = 12;

  /** Of the Transformer. */
  public static final int HIDDEN = 1536;

  /** Of the Transformer. */
  public static final int BLOCKS = 6;

  /** Of the Transformer. */
  public static final double DROPOUT = 0.1;

  private final String key;
  private final int batch;

  ModelTask(String key, int batch) {
    this.key = key;
    this.batch = batch;
  }

  /** The name in the table. */
  public String key() {
    return key;
  }

  /** The learning rate. */
  public double rate() {
    return this == RESNET50 ? 1e-3 : 1e-4;
  }

  /** How many samples a step takes. */
  public int batch() {
    return batch;
  }

  /** Floating-point operations of one sample's way forward, without embedding and head. */
  double forwardFlops() {
    return this == RESNET50
        ? 2 * 4.09e9
        : 2.0 * BLOCKS * LENGTH * WIDTH * (4 * WIDTH + 2 * HIDDEN + 2 * LENGTH);
  }

  /** The shape of a batch for inference: pictures, or words that are embedded already. */
  public long[] inputShape(int samples) {
    return this == RESNET50
        ? new long[] {samples, 3, SIZE, SIZE}
        : new long[] {samples, LENGTH, WIDTH};
  }

  /** The shape of what inference gives: logits, or one vector for each word. */
  public long[] outputShape(int samples) {
    return this == RESNET50
        ? new long[] {samples, PICTURE_CLASSES}
        : new long[] {samples, LENGTH, WIDTH};
  }

  /** Pictures [batch, 3, SIZE, SIZE], the same for every contender. */
  public float[] pictures() {
    return Inputs.normal(7, batch * 3 * SIZE * SIZE);
  }

  /** Words [batch, LENGTH]. */
  public int[] words() {
    int[] words = new int[batch * LENGTH];
    Arrays.setAll(words, i -> (int) (Integer.toUnsignedLong((i + 1) * 0x9E3779B1) % WORDS));
    return words;
  }

  /** A class for each sample. */
  public int[] labels() {
    int classes = this == RESNET50 ? PICTURE_CLASSES : TEXT_CLASSES;
    int[] labels = new int[batch];
    Arrays.setAll(labels, i -> i * 37 % classes);
    return labels;
  }

  static ModelTask named(String name) {
    return Arrays.stream(values())
        .filter(task -> task.key.equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no model '" + name + "'"));
  }
}
