import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// Vite reads the default export of this file.
export default defineConfig({
  plugins: [vue()],
  define: { __VUE_I18N_FULL_INSTALL__: 'false', __VUE_I18N_LEGACY_API__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false' },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // The page's CSP allows its own files alone: nothing is inlined as data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The first start of a fresh clone builds the page: how long each plugin took tells its user nothing.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
