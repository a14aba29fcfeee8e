// Named here so that all modules load one copy of each, and the Android plugin compiles with this Kotlin and not its own.
plugins {
    alias(libs.plugins.android.application) apply false
    alias(libs.plugins.kotlin.android) apply false
    alias(libs.plugins.kotlin.compose) apply false
}
