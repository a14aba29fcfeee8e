package app.cairn

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** Which package may know what. Sources are searched as text, so that a name written out in full is found as well as an import. */
class LayersTest {
    private val root = sources("main/kotlin/app/cairn")

    @Test fun onlyCoreKnowsTheBindings() = assertEquals(
        emptyList<String>(),
        outside(
            "core",
            """\b(NativeCore|RustBuffer|UniffiLib|com\.sun\.jna|Work\(|coreVersion|defaultCollectingSettings|panicForATest|newVaultId|shortestPassword)\b""",
        ),
    )

    @Test fun onlyCollectKnowsRadiosAndSensors() = assertEquals(
        emptyList<String>(),
        outside("collect", """\bandroid\.(location|net\.wifi|telephony|bluetooth|hardware)\."""),
    )

    @Test fun theUiDoesNoInputOrOutput() = assertEquals(
        emptyList<String>(),
        inside("ui", """\b(java\.(io|nio|net|sql)|android\.database|kotlin\.io\.path|okio)\.|\bContentResolver\b"""),
    )

    @Test fun coreAndCollectKnowNothingOfTheUi() = assertEquals(
        emptyList<String>(),
        inside("core", """\bandroidx\.compose\.|\bapp\.cairn\.(ui|background|collect)\.""") +
            inside("collect", """\bandroidx\.compose\.|\bapp\.cairn\.(ui|background)\."""),
    )

    @Test fun theSearchFindsWhatIsThere() {
        assertTrue(inside("core", """\bNativeCore\b""").isNotEmpty())
        assertTrue(outside("core", """\bandroidx\.compose\.""").isNotEmpty())
    }

    private fun inside(layer: String, pattern: String) = matches(pattern) { it.startsWith(root.resolve(layer)) }

    private fun outside(layer: String, pattern: String) = matches(pattern) { !it.startsWith(root.resolve(layer)) }

    private fun matches(pattern: String, among: (File) -> Boolean): List<String> {
        val regex = Regex(pattern)
        return root.walk().filter { it.extension == "kt" && among(it) }
            .filter { file -> regex.containsMatchIn(file.readText()) }
            .map { it.relativeTo(root).path }
            .toList()
    }
}
