import { createApp } from 'vue'
import App from './App.vue'
import './common/base.css'
import './room/class.css'

createApp(App).mount('#app')
