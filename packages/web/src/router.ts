import { createRouter, createWebHistory } from 'vue-router';
import { secretFromAddress, takeSecretFromAddress } from './lib/secret-in-address.ts';
import { useSession } from './stores/session.ts';
import BotsView from './views/BotsView.vue';
import ChatsView from './views/ChatsView.vue';
import HomeView from './views/HomeView.vue';
import RefusalsView from './views/RefusalsView.vue';
import SignInView from './views/SignInView.vue';
import WelcomeView from './views/WelcomeView.vue';

// Before the router reads the address: it writes what it has read back, and the secret must not stay there.
takeSecretFromAddress();

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: SignInView, meta: { open: true } },
    { path: '/welcome', name: 'welcome', component: WelcomeView, meta: { open: true } },
    {
      path: '/',
      component: HomeView,
      children: [
        { path: '', redirect: { name: 'chats' } },
        // `type` and `id` name the open conversation; without them the list alone.
        { path: 'chats/:type(\\d+)?/:id?', name: 'chats', component: ChatsView },
        { path: 'bots', name: 'bots', component: BotsView },
        { path: 'refusals/:id?', name: 'refusals', component: RefusalsView },
      ],
    },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});

router.beforeEach((to) => {
  if (secretFromAddress() !== '' && to.name !== 'welcome' && useSession().account === null) return { name: 'welcome' };
  if (to.meta['open'] !== true && useSession().account === null) return { name: 'sign-in' };
  return true;
});
