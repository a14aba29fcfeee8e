package app.cairn.ui

import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import app.cairn.core.Core
import app.cairn.ui.theme.CairnTheme

/** The app's one window. */
class MainActivity : ComponentActivity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        enableEdgeToEdge()
        setContent {
            CairnTheme { CairnScreen(Core.version) }
        }
    }
}
