package io.stitchflow.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The implementations of one interface, by name, in a fixed order. */
public final class Registry<T> {
  private final String noun;
  private final Map<String, T> byName = new LinkedHashMap<>();

  /**
   * A registry of these implementations, in their order.
   *
   * @param noun for messages, such as {@code stitch family}
   * @throws IllegalArgumentException if two have one name
   */
  public Registry(String noun, Function<T, String> name, Collection<T> all) {
    this.noun = noun;
    for (T each : all) {
      if (byName.put(name.apply(each), each) != null) {
        throw new IllegalArgumentException(
            "the " + noun + " '" + name.apply(each) + "' is registered twice");
      }
    }
  }

  /** The built-in implementations, then those of the class path's {@code META-INF/services}. */
  public static <T> List<T> withExtensions(Class<T> type, List<T> builtIn) {
    List<T> all = new ArrayList<>(builtIn);
    // Not the thread's loader: a Flink worker's threads have another one
    ServiceLoader.load(type, type.getClassLoader()).forEach(all::add);
    return List.copyOf(all);
  }

  public List<T> all() {
    return List.copyOf(byName.values());
  }

  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  public @Nullable T find(String name) {
    return byName.get(name);
  }

  /**
   * The implementation of that name.
   *
   * @throws IllegalArgumentException if there is none, with all names
   */
  public T get(String name) {
    @Nullable T found = find(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "there is no " + noun + " '" + name + "'; choose one of " + String.join(", ", names()));
    }
    return found;
  }
}
