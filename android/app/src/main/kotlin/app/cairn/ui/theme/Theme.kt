package app.cairn.ui.theme

import android.os.Build
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.dynamicDarkColorScheme
import androidx.compose.material3.dynamicLightColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalContext

private val light = lightColorScheme(
    primary = Color(0xFF2F5D50),
    secondary = Color(0xFF4B635A),
    secondaryContainer = Color(0xFFCFE5DA),
    onSecondaryContainer = Color(0xFF0D2019),
)

private val dark = darkColorScheme(
    primary = Color(0xFF97D4C0),
    onPrimary = Color(0xFF00382C),
    secondary = Color(0xFFB2CCC1),
    secondaryContainer = Color(0xFF354B43),
    onSecondaryContainer = Color(0xFFCFE9DD),
)

/** Cairn's colours; the wallpaper's instead where [dynamicColour] asks for them and the phone has them (Android 12). */
@Composable
fun CairnTheme(dynamicColour: Boolean = false, content: @Composable () -> Unit) {
    val isDark = isSystemInDarkTheme()
    val colours = when {
        !dynamicColour || Build.VERSION.SDK_INT < Build.VERSION_CODES.S -> if (isDark) dark else light
        isDark -> dynamicDarkColorScheme(LocalContext.current)
        else -> dynamicLightColorScheme(LocalContext.current)
    }
    MaterialTheme(colours, content = content)
}
