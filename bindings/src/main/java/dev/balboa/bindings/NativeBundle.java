package dev.balboa.bindings;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The files that one build of Balboa carries for one platform. */
interface NativeBundle {
  /** Name of the file that lists the others. */
  String MANIFEST = "manifest.properties";

  /** Opens a file of the bundle; nothing if the bundle has none of that name. */
  Optional<InputStream> open(String file) throws IOException;

  /** Where the files come from, for messages. */
  String describe();

  /**
   * Returns the bundle on the class or module path. It is asked for through the class loader, since
   * the libraries of a platform come in a jar, and so in a module, of their own.
   */
  static NativeBundle ofResources(NativePlatform platform) {
    String folder = "dev/balboa/natives/" + platform.id() + "/";
    ClassLoader loader = NativeBundle.class.getClassLoader();
    return new NativeBundle() {
      @Override
      public Optional<InputStream> open(String file) {
        return Optional.ofNullable(loader.getResourceAsStream(folder + file));
      }

      @Override
      public String describe() {
        return "resource /" + folder;
      }
    };
  }
}
