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

/** Moss and stone: what a cairn is made of. */
private val light = lightColorScheme(
    primary = Color(0xFF2F5D50),
    onPrimary = Color.White,
    primaryContainer = Color(0xFFB8E4D4),
    onPrimaryContainer = Color(0xFF00201A),
    secondary = Color(0xFF5A5F58),
    secondaryContainer = Color(0xFFDFE4DB),
    onSecondaryContainer = Color(0xFF181D17),
    tertiary = Color(0xFF8A5100),
    tertiaryContainer = Color(0xFFFFDCBE),
    onTertiaryContainer = Color(0xFF2C1600),
    background = Color(0xFFFAFAF7),
    surface = Color(0xFFFAFAF7),
    surfaceContainer = Color(0xFFEFF1EC),
    surfaceContainerLow = Color(0xFFF4F5F1),
    surfaceContainerHigh = Color(0xFFE9EBE6),
    surfaceContainerHighest = Color(0xFFE0E4DE),
    surfaceVariant = Color(0xFFDCE4DE),
    onSurface = Color(0xFF191C1A),
    onSurfaceVariant = Color(0xFF404943),
    outline = Color(0xFF707973),
    outlineVariant = Color(0xFFC0C9C2),
)

private val dark = darkColorScheme(
    primary = Color(0xFF9CCFBE),
    onPrimary = Color(0xFF00382D),
    primaryContainer = Color(0xFF154A3E),
    onPrimaryContainer = Color(0xFFB8E4D4),
    secondary = Color(0xFFC3C8BF),
    secondaryContainer = Color(0xFF434840),
    onSecondaryContainer = Color(0xFFDFE4DB),
    tertiary = Color(0xFFFFB870),
    tertiaryContainer = Color(0xFF693C00),
    onTertiaryContainer = Color(0xFFFFDCBE),
    background = Color(0xFF121412),
    surface = Color(0xFF121412),
    surfaceContainer = Color(0xFF1E201D),
    surfaceContainerLow = Color(0xFF1A1C19),
    surfaceContainerHigh = Color(0xFF282B27),
    surfaceContainerHighest = Color(0xFF333632),
    surfaceVariant = Color(0xFF404943),
    onSurface = Color(0xFFE1E3DE),
    onSurfaceVariant = Color(0xFFC0C9C2),
    outline = Color(0xFF8A938C),
    outlineVariant = Color(0xFF404943),
)

/** The app's colours, or the wallpaper's where the user and the phone want that. */
@Composable
fun CairnTheme(dynamicColour: Boolean = true, content: @Composable () -> Unit) {
    val isDark = isSystemInDarkTheme()
    val colours = when {
        !dynamicColour || Build.VERSION.SDK_INT < Build.VERSION_CODES.S -> if (isDark) dark else light
        isDark -> dynamicDarkColorScheme(LocalContext.current)
        else -> dynamicLightColorScheme(LocalContext.current)
    }
    MaterialTheme(colorScheme = colours, content = content)
}
