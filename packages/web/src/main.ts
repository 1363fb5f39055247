import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './i18n/index.ts';
import { watchAddressForSecret } from './lib/secret-in-address.ts';
import { router } from './router.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/list.css';
import './styles/gate.css';
import './styles/chat.css';
import './styles/message.css';
import './styles/dialog.css';
import './styles/refusal.css';
import './styles/bots.css';

watchAddressForSecret();

createApp(App)
  .directive('focus', { mounted: (element: HTMLElement) => element.focus() })
  .use(createPinia())
  .use(i18n)
  .use(router)
  .mount('#app');
