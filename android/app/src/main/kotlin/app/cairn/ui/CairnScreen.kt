package app.cairn.ui

import androidx.compose.foundation.layout.padding
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.Scaffold
import androidx.compose.material3.Text
import androidx.compose.material3.TopAppBar
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import app.cairn.R

/** The frame around every screen. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
fun CairnScreen(coreVersion: String) {
    Scaffold(topBar = { TopAppBar(title = { Text(stringResource(R.string.app_name)) }) }) { insets ->
        Text(stringResource(R.string.core_version, coreVersion), Modifier.padding(insets).padding(16.dp))
    }
}
