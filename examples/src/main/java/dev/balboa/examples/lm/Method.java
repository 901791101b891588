package dev.balboa.examples.lm;

import dev.balboa.nn.generate.BeamSearch;
import dev.balboa.nn.generate.Generator;
import dev.balboa.nn.generate.LanguageModel;
import dev.balboa.nn.generate.Sampler;
import dev.balboa.nn.generate.TokenListener;
import java.util.List;

/**
 * A way to choose characters.
 *
 * @param sampler {@code null} for beam search
 * @param beams of beam search
 */
record Method(String name, Sampler sampler, int beams) {
  /** One of each. */
  static List<Method> all() {
    return List.of(
        of("greedy", Sampler.greedy()),
        of("temperature 0.7", Sampler.random().temperature(0.7)),
        of("top-k 10", Sampler.random().topK(10)),
        of("top-p 0.9", Sampler.random().topP(0.9)),
        beam(4));
  }

  static Method of(String name, Sampler sampler) {
    return new Method(name, sampler, 0);
  }

  static Method beam(int beams) {
    return new Method(beams + " beams", null, beams);
  }

  /** Continues a prompt by so many characters, telling a listener as it goes where it can. */
  List<Integer> run(
      LanguageModel model, int[] prompt, int length, long seed, TokenListener listener) {
    if (sampler == null) {
      int most = Math.min(length, model.context() - prompt.length + 1);
      List<Integer> best =
          new BeamSearch(model).beams(beams).maxTokens(most).search(prompt).getFirst().tokens();
      best.forEach(token -> listener.onToken(0, token));
      return best;
    }
    return new Generator(model)
        .sampler(sampler)
        .maxTokens(length)
        .seed(seed)
        .listener(listener)
        .generate(prompt)
        .tokens();
  }
}
