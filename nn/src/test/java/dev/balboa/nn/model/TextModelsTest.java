package dev.balboa.nn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class TextModelsTest {
  private static final int WORDS = 7;
  private static final int LENGTH = 6;
  private static final TransformerOptions SMALL = TransformerOptions.of(8, 2, 16);

  /** Four texts; after their ends one's padding, and other words that mean nothing. */
  private static final int[] PADDED = {
    1, 2, 3, 0, 0, 0, 4, 5, 6, 1, 2, 3, 2, 0, 0, 0, 0, 0, 6, 3, 4, 1, 0, 0
  };

  private static final int[] OTHERWISE = {
    1, 2, 3, 5, 4, 6, 4, 5, 6, 1, 2, 3, 2, 6, 3, 3, 1, 4, 6, 3, 4, 1, 5, 5
  };
  private static final int[] LENGTHS = {3, 6, 1, 4};

  @RegisterExtension final TestExecution execution;

  TextModelsTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static LstmClassifier lstmClassifier() {
    return new LstmClassifier(WORDS, 5, 4, 3).layers(2).bidirectional().padding(0);
  }

  private static LstmTagger lstmTagger() {
    return new LstmTagger(WORDS, 5, 4, 3).padding(0);
  }

  private static TransformerClassifier transformer() {
    return new TransformerClassifier(WORDS, LENGTH, 3, 2, SMALL).padding(0);
  }

  static <L extends Layer> L built(L model) {
    model.build(new TensorSpec(Shape.of(1, LENGTH), DType.I32), new RandomStream(4));
    return model;
  }

  private static Tensor ids(int... ids) {
    return Tensor.of(ids, ids.length / LENGTH, LENGTH);
  }

  /** What is in the place of padding changes neither logits nor gradients. */
  private static float[] checkPadding(Layer model, BinaryOperator<Tensor> forward) {
    List<float[]> first = gradients(model, forward, PADDED);
    assertThat(gradients(model, forward, OTHERWISE)).containsExactlyElementsOf(first);
    return first.getFirst();
  }

  /** Logits, then the gradients of all parameters. */
  private static List<float[]> gradients(
      Layer model, BinaryOperator<Tensor> forward, int... texts) {
    List<float[]> all = new ArrayList<>();
    model.parameters().values().forEach(Parameter::zeroGrad);
    Tensor logits = forward.apply(ids(texts), Tensor.of(LENGTHS));
    all.add(logits.toFloats());
    logits.map(UnaryKind.SQUARE).sum().backward();
    model.parameters().values().forEach(p -> all.add(p.grad().toFloats()));
    return all;
  }

  @Test
  void aClassOfEachTextIsThatOfTheTextByItself() {
    try (LstmClassifier lstm = built(lstmClassifier());
        TransformerClassifier transformer = built(transformer())) {
      float[] ofLstm = checkPadding(lstm, lstm::forward);
      float[] ofTransformer = checkPadding(transformer, transformer::forward);
      assertThat(lstm.infer(ids(PADDED)).toFloats()).as("found by its id").isEqualTo(ofLstm);
      assertThat(transformer.infer(ids(PADDED)).toFloats()).isEqualTo(ofTransformer);
      Tensor alone = Tensor.of(new int[] {1, 2, 3}, 1, 3);
      assertThat(lstm.infer(alone).toFloats())
          .containsExactly(new float[] {ofLstm[0], ofLstm[1], ofLstm[2]}, within(1e-5f));
      assertThat(transformer.infer(alone).toFloats())
          .containsExactly(
              new float[] {ofTransformer[0], ofTransformer[1], ofTransformer[2]}, within(1e-5f));
    }
  }

  @Test
  void tagsOfWordsDoNotDependOnPadding() {
    try (LstmTagger tagger = built(lstmTagger())) {
      Tensor tags = tagger.infer(ids(PADDED));
      assertThat(tags.shape()).isEqualTo(Shape.of(4, LENGTH, 3));
      Tensor alone = tagger.infer(Tensor.of(new int[] {6, 3, 4, 1}, 1, 4));
      assertThat(tags.slice(0, 3, 4).slice(1, 0, 4).toFloats())
          .containsExactly(alone.toFloats(), within(1e-5f));
      Tensor given = tagger.forward(ids(OTHERWISE), Tensor.of(LENGTHS));
      assertThat(given.toFloats()).isEqualTo(tags.toFloats());
      assertThat(tagger.inputSpec()).isEqualTo(new TensorSpec(Shape.of(1, LENGTH), DType.I32));
    }
  }

  @Test
  void stateHasTheNamesOfTheLayers() {
    try (LstmClassifier lstm = built(new LstmClassifier(WORDS, 5, 4, 3));
        LstmTagger tagger = built(lstmTagger().layers(1));
        TransformerClassifier transformer = built(transformer())) {
      assertThat(lstm.parameters().keySet())
          .containsExactly(
              "embedding.weight",
              "lstm.weight_ih_l0",
              "lstm.weight_hh_l0",
              "lstm.bias_l0",
              "head.weight",
              "head.bias");
      assertThat(tagger.parameters().keySet())
          .contains("lstm.weight_ih_l0_reverse", "head.weight")
          .hasSize(9);
      assertThat(transformer.parameters().keySet())
          .startsWith("embedding.weight", "positions.weight")
          .contains("encoder.layers.1.self_attn.in_proj_weight", "encoder.norm.weight")
          .endsWith("head.weight", "head.bias");
      assertThat(transformer.summary()).contains("encoder (TransformerEncoder)", "Mult-adds");
    }
  }

  /** Losses of some steps on one batch, with dropout. */
  private static double[] train(Layer model, BinaryOperator<Tensor> loss, int... labels) {
    Tensor y = Tensor.of(labels);
    double[] losses = new double[20];
    try (Optimizer adam = new Adam(model.parameters(), 0.02)) {
      for (int step = 0; step < losses.length; step++) {
        try (var _ = Scope.open();
            var _ = Execution.training(new RandomStream(3))) {
          adam.zeroGrad();
          Tensor value = loss.apply(model.forward(ids(PADDED)), y);
          value.backwardAndFree();
          adam.step();
          losses[step] = value.item();
        }
      }
    }
    return losses;
  }

  @Test
  void theyLearn() {
    try (LstmClassifier lstm = built(lstmClassifier().dropout(0.1));
        LstmTagger tagger = built(lstmTagger().layers(2).dropout(0.1));
        TransformerClassifier transformer =
            built(new TransformerClassifier(WORDS, LENGTH, 3, 1, SMALL.dropout(0.1)))) {
      double[] ofLstm = train(lstm, Losses::crossEntropy, 0, 1, 2, 1);
      assertThat(ofLstm[19]).isLessThan(ofLstm[0] / 2);
      double[] ofTransformer = train(transformer, Losses::crossEntropy, 0, 1, 2, 1);
      assertThat(ofTransformer[19]).isLessThan(ofTransformer[0] / 2);
      int[] tags = PADDED.clone();
      for (int i = 0; i < tags.length; i++) {
        tags[i] = tags[i] == 0 ? -100 : tags[i] % 3;
      }
      double[] ofTagger =
          train(tagger, (z, y) -> Losses.tokenCrossEntropy(z, y.reshape(4, LENGTH)), tags);
      assertThat(ofTagger[19]).isLessThan(ofTagger[0] / 2);
    }
  }

  @Test
  void wrongIdsAreRefusedByName() {
    try (LstmClassifier lstm = built(lstmClassifier())) {
      assertThatThrownBy(() -> lstm.forward(Tensor.of(new int[] {1, 2})))
          .hasMessageContaining("LstmClassifier: expected ids of words [N, T], got I32[2]");
      assertThatThrownBy(() -> lstm.padding(1)).hasMessageContaining("before the layer is built");
      assertThatThrownBy(() -> lstmTagger().padding(WORDS)).hasMessageContaining("padding id");
    }
  }
}
