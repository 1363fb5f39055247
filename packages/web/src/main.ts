import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './i18n/index.ts';
import { takeSecretFromAddress } from './lib/secret-in-address.ts';
import { router } from './router.ts';
import './styles/base.css';
import './styles/parts.css';

// Before the router reads the address: the secret must not stay in the history.
takeSecretFromAddress();

createApp(App).use(createPinia()).use(i18n).use(router).mount('#app');
