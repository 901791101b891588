package dev.balboa.conformance;

import dev.balboa.nn.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** How an operator of ONNX is said in Balboa. */
@FunctionalInterface
interface Mapping {
  /**
   * The outputs, at least as many as are wanted.
   *
   * @throws NotCovered if Balboa lacks a variant
   */
  List<Tensor> apply(Call call);

  /** Mappings by operator. */
  final class Table {
    private final Map<String, Mapping> all = new HashMap<>();

    /** Every operator that has a mapping. */
    static Table complete() {
      Table t = new Table();
      ArithmeticMappings.addTo(t);
      ReductionMappings.addTo(t);
      ShapeMappings.addTo(t);
      NetworkMappings.addTo(t);
      NormMappings.addTo(t);
      IndexMappings.addTo(t);
      LossMappings.addTo(t);
      QuantizedMappings.addTo(t);
      RecurrentMappings.addTo(t);
      OptimizerMappings.addTo(t);
      SignalMappings.addTo(t);
      leaveOut(t);
      return t;
    }

    /** What Balboa does not want to have, with the reason. */
    private static void leaveOut(Table t) {
      t.leaveOut("numbers of another random generator", "Bernoulli", "RandomUniformLike");
      t.leaveOut("a result whose size only the data tell", "NonMaxSuppression", "Unique");
      t.leaveOut("graphs inside of graphs", "If", "Loop", "Scan");
      t.leaveOut("texts", "StringNormalizer", "TfIdfVectorizer");
      t.leaveOut("complex numbers", "DFT", "STFT");
    }

    private void leaveOut(String reason, String... types) {
      for (String type : types) {
        many(
            type,
            _ -> {
              throw new NotCovered(reason);
            });
      }
    }

    /** An operator with one output. */
    void one(String type, Function<Call, Tensor> f) {
      many(type, call -> List.of(f.apply(call)));
    }

    void many(String type, Mapping m) {
      if (all.put(type, m) != null) {
        throw new IllegalStateException(type + " has two mappings");
      }
    }

    Mapping get(String type) {
      Mapping m = all.get(type);
      if (m == null) {
        throw new NotCovered("operator " + type);
      }
      return m;
    }
  }
}
