package dev.balboa.nn.data;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Makes datasets of tables as a {@link TableSchema} learned to from the training table.
 *
 * <p>Thread rule: immutable.
 */
public final class TableEncoder {
  private final List<ColumnEncoder> features;
  private final ColumnEncoder label;
  private final List<String> names;

  TableEncoder(List<ColumnEncoder> features, ColumnEncoder label) {
    this.features = List.copyOf(features);
    this.label = label;
    this.names = features.stream().flatMap(feature -> feature.names().stream()).toList();
  }

  /** The names of the inputs: {@code column}, or {@code column=category} of a one-hot column. */
  public List<String> inputs() {
    return names;
  }

  /** The classes of the label by index, none if the label is a number. */
  public List<String> classes() {
    return label.categories();
  }

  /**
   * The samples of a table: inputs F32 [{@link #inputs}], labels I32 of a class, F32 [1] of a
   * number.
   *
   * @throws CsvException if a field is not what its column should be, or a category is new
   * @throws IllegalArgumentException if the table lacks a column
   */
  public Dataset encode(CsvTable table) throws IOException {
    int width = names.size();
    float[] inputs = new float[Math.multiplyExact(table.size(), width)];
    float[] labels = new float[table.size()];
    for (int row = 0; row < table.size(); row++) {
      int at = row * width;
      for (ColumnEncoder feature : features) {
        feature.encode(table, row, inputs, at);
        at += feature.names().size();
      }
      label.encode(table, row, labels, row);
    }
    TensorSpec labelSpec =
        label.categories().isEmpty()
            ? new TensorSpec(Shape.of(1), DType.F32)
            : new TensorSpec(Shape.scalar(), DType.I32);
    return new Table(inputs, labels, new TensorSpec(Shape.of(width), DType.F32), labelSpec);
  }

  /** Rows of numbers. */
  private static final class Table implements Dataset {
    private final float[] inputs;
    private final float[] labels;
    private final TensorSpec inputSpec;
    private final TensorSpec labelSpec;

    Table(float[] inputs, float[] labels, TensorSpec inputSpec, TensorSpec labelSpec) {
      this.inputs = inputs;
      this.labels = labels;
      this.inputSpec = inputSpec;
      this.labelSpec = labelSpec;
    }

    @Override
    public int size() {
      return labels.length;
    }

    @Override
    public TensorSpec inputSpec() {
      return inputSpec;
    }

    @Override
    public TensorSpec labelSpec() {
      return labelSpec;
    }

    @Override
    public void read(int index, MemorySegment input, MemorySegment target) {
      int width = (int) inputSpec.shape().size();
      MemorySegment.copy(inputs, index * width, input, ValueLayout.JAVA_FLOAT, 0, width);
      if (labelSpec.dtype() == DType.I32) {
        target.set(ValueLayout.JAVA_INT, 0, (int) labels[index]);
      } else {
        target.set(ValueLayout.JAVA_FLOAT, 0, labels[index]);
      }
    }
  }
}
