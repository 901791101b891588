package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.layer.AttentionMask;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Gru;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.AttentionOptions;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BucketTest {
  private static final Bucket BATCH = Bucket.of(4, 8).along(0, 0);
  private static final Bucket STEPS = Bucket.of(4, 8).along(0, 1);

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static Tensor numbers(long... dims) {
    float[] x = new float[(int) Shape.of(dims).size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(0.37 * i);
    }
    return Tensor.of(x, dims);
  }

  private static void close(Tensor got, Tensor expected) {
    assertThat(got.shape()).isEqualTo(expected.shape());
    assertThat(got.toFloats()).containsExactly(expected.toFloats(), within(1e-5f));
  }

  private static Compiled compiled(Function<List<Tensor>, Tensor> f, Bucket... buckets) {
    return Compiled.of(in -> List.of(f.apply(in)), CompileOptions.defaults().withBuckets(buckets));
  }

  private static void refused(Compiled compiled, Tensor x, String... parts) {
    try (compiled) {
      assertThatThrownBy(() -> compiled.run(x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(parts);
    }
  }

  @Test
  void fewProgramsServeAllBatches() {
    try (Sequential model =
            Sequential.of(
                    Shape.of(1, 12, 12),
                    new Conv2d(8, 3).same(),
                    new BatchNorm(),
                    new MaxPool2d(2),
                    new Flatten(),
                    new Dense(16).relu(),
                    new Dense(10))
                .build(3);
        Compiled compiled = model.compile(CompileOptions.defaults().withBuckets(BATCH))) {
      for (int n = 1; n <= 8; n++) {
        Tensor x = numbers(n, 1, 12, 12);
        close(compiled.run(x), model.infer(x));
        Tensor y = Tensors.zeros(n, 10);
        compiled.runInto(new Tensor[] {x}, new Tensor[] {y});
        close(y, model.infer(x));
      }
      assertThat(compiled.programs()).isEqualTo(2);
      close(compiled.run(numbers(9, 1, 12, 12)), model.infer(numbers(9, 1, 12, 12)));
      assertThat(compiled.programs()).isEqualTo(3);
      assertThatThrownBy(() ->
              compiled.runInto(
                  new Tensor[] {numbers(3, 1, 12, 12)}, new Tensor[] {Tensors.zeros(4, 10)}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("F32[3, 10]", "F32[4, 10]");
    }
  }

  @Test
  void causalAttentionNeedsNoMask() {
    try (TransformerEncoder model =
            new TransformerEncoder(2, TransformerOptions.of(8, 2, 16), true);
        Compiled compiled =
            compiled(in -> model.forward(in.get(0), AttentionMask.none()), BATCH, STEPS)) {
      model.build(Shape.of(4, 8), 5);
      for (int[] size : new int[][] {{1, 3}, {3, 4}, {5, 7}, {2, 1}}) {
        Tensor x = numbers(size[0], size[1], 8);
        close(compiled.run(x), model.infer(x));
      }
      assertThat(compiled.programs()).isEqualTo(2);
    }
  }

  private static Function<List<Tensor>, Tensor> attention(CausalMask triangle) {
    AttentionOptions options = AttentionOptions.none().triangle(triangle);
    return in -> Functions.attention(in.get(0), in.get(1), in.get(1), options);
  }

  private static Bucket eight(int argument) {
    return Bucket.of(8).along(argument, 2);
  }

  @Test
  void trianglesNeedEqualPadding() {
    Tensor q = numbers(1, 1, 5, 4);
    Tensor k = numbers(1, 1, 7, 4);
    for (CausalMask triangle : List.of(CausalMask.UPPER_LEFT, CausalMask.LOWER_RIGHT)) {
      try (Compiled same = compiled(attention(triangle), eight(0).along(1, 2))) {
        close(same.run(q, q)[0], attention(triangle).apply(List.of(q, q)));
      }
      try (Compiled two = compiled(attention(triangle), eight(0), eight(1))) {
        assertThatThrownBy(() -> two.run(q, k))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("bucket: attention");
      }
    }
    Tensor eight = numbers(1, 1, 8, 4);
    try (Compiled queries = compiled(attention(CausalMask.UPPER_LEFT), eight(0))) {
      close(queries.run(q, eight)[0], attention(CausalMask.UPPER_LEFT).apply(List.of(q, eight)));
    }
    try (Compiled moved = compiled(attention(CausalMask.LOWER_RIGHT), eight(0).masked())) {
      assertThatThrownBy(() -> moved.run(q, eight))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("lower right corner, which padding moves");
    }
  }

  @Test
  void oneIsBroadcastAsWithoutBuckets() {
    Tensor held = numbers(8, 4).keep();
    Function<List<Tensor>, Tensor> sum = in -> in.get(0).add(held);
    Function<List<Tensor>, Tensor> expanded = in -> in.get(0).expand(8, 4).mul(2);
    Function<List<Tensor>, Tensor> product = in -> in.get(0).matmul(held.reshape(8, 4, 1));
    try (Compiled a = compiled(sum, Bucket.of(8).along(0, 0));
        Compiled b = compiled(expanded, Bucket.of(8).along(0, 0));
        Compiled c = compiled(product, Bucket.of(8).along(0, 0))) {
      Tensor one = numbers(1, 4);
      close(a.run(one), sum.apply(List.of(one)));
      close(a.run(numbers(8, 4)), sum.apply(List.of(numbers(8, 4))));
      close(b.run(one), expanded.apply(List.of(one)));
      Tensor matrix = numbers(1, 3, 4);
      close(c.run(matrix), product.apply(List.of(matrix)));
    } finally {
      held.close();
    }
  }

  @Test
  void positionsOfATableMayBePadded() {
    Tensor table = numbers(8, 4).keep();
    Function<List<Tensor>, Tensor> add =
        in -> in.get(0).add(table.slice(0, 0, in.get(0).shape().dim(1)));
    try (Compiled compiled = compiled(add, STEPS)) {
      for (int n : new int[] {1, 2, 5, 8}) {
        Tensor x = numbers(2, n, 4);
        close(compiled.run(x), add.apply(List.of(x)));
      }
    } finally {
      table.close();
    }
  }

  @Test
  void attentionToEverythingNeedsLengthsAndTheCallersWord() {
    try (TransformerEncoder model = new TransformerEncoder(1, TransformerOptions.of(8, 2, 16))) {
      model.build(Shape.of(4, 8), 5);
      Function<List<Tensor>, Tensor> masked =
          in -> model.forward(in.get(0), AttentionMask.lengths(in.get(1)));
      Tensor x = numbers(2, 5, 8);
      Tensor lengths = Tensor.of(new int[] {5, 3});
      try (Compiled compiled = compiled(masked, STEPS.masked());
          Compiled exact = compiled(masked)) {
        Tensor expected = exact.run(x, lengths)[0];
        close(compiled.run(x, lengths)[0], expected);
      }
      refused(
          compiled(in -> model.forward(in.get(0)), STEPS),
          x,
          "bucket: attention",
          "mixes positions of axis 2",
          "masked()");
      refused(compiled(in -> model.forward(in.get(0)), STEPS.masked()), x, "bucket: attention");
    }
  }

  @Test
  void recurrentLayersNeedLengths() {
    try (Gru model = new Gru(6)) {
      model.build(Shape.of(5, 3), 2);
      Tensor x = numbers(3, 5, 3);
      Tensor lengths = Tensor.of(new int[] {5, 2, 4});
      Function<List<Tensor>, Tensor> masked =
          in -> model.run(in.get(0), null, in.get(1)).state().h();
      try (Compiled compiled = compiled(masked, STEPS.masked());
          Compiled exact = compiled(masked)) {
        close(compiled.run(x, lengths)[0], exact.run(x, lengths)[0]);
      }
      try (Compiled compiled = compiled(in -> model.forward(in.get(0)), BATCH)) {
        close(compiled.run(x), model.infer(x));
      }
      refused(compiled(in -> model.forward(in.get(0)), STEPS), x, "bucket: gru", "axis 0");
    }
  }

  @Test
  void axesMayBeMergedAndSplitAgain() {
    Tensor x = numbers(3, 5, 4);
    try (Compiled compiled =
        compiled(
            in -> {
              Tensor t = in.get(0);
              long c = t.shape().dim(0);
              return t.reshape(-1, 2, 2).permute(1, 0, 2).neg().permute(1, 0, 2).reshape(c, -1, 4);
            },
            BATCH,
            STEPS)) {
      close(compiled.run(x), x.neg());
    }
    refused(compiled(in -> in.get(0).reshape(-1, 4), BATCH, STEPS), x, "axis 0", "merged");
    refused(compiled(in -> in.get(0).reshape(-1, 2, 8), STEPS), x, "reshape", "cuts through");
  }

  @Test
  void whatMixesSamplesIsRefusedByName() {
    Tensor x = numbers(3, 5);
    refused(
        compiled(in -> in.get(0).sum(0), BATCH),
        x,
        "bucket: sum of [F32[4, 5]]",
        "mixes positions of axis 0 of input 0");
    refused(compiled(in -> in.get(0).softmax(0), BATCH), x, "bucket: softmax");
    refused(compiled(in -> in.get(0).cumsum(0), BATCH), x, "is not known to keep positions apart");
    refused(compiled(in -> in.get(0).slice(0, 0, 1), BATCH), x, "bucket: slice");
    refused(
        compiled(in -> in.get(0).transpose(0, 1).matmul(in.get(0)), BATCH), x, "bucket: matmul");
    try (Compiled masked = compiled(in -> in.get(0).sum(0), BATCH.masked())) {
      close(masked.run(x), x.sum(0));
    }
  }

  @Test
  void sizesAndAxesAreChecked() {
    assertThatThrownBy(() -> Bucket.of(4, 4)).hasMessageContaining("ascending");
    assertThatThrownBy(() -> Bucket.of(0)).hasMessageContaining("at least 1");
    assertThatThrownBy(Bucket::of).hasMessageContaining("at least one size");
    assertThatThrownBy(() -> Bucket.of(2).along(-1, 0)).hasMessageContaining("axis");
    Tensor x = numbers(3, 5);
    refused(compiled(in -> in.get(0), Bucket.of(8).along(0, 2)), x, "no axis 2 of argument 0");
    try (Compiled two =
        compiled(in -> in.get(0).add(in.get(1)), Bucket.of(8).along(0, 0).along(1, 0))) {
      assertThatThrownBy(() -> two.run(x, numbers(1, 5)))
          .hasMessageContainingAll("bucket: expected equal sizes", "F32[1, 5]");
      close(two.run(x, x)[0], x.add(x));
    }
  }
}
